package pair_test

import (
	"errors"
	"testing"
	"time"

	"github.com/goetia-go/goetia/bench/internal/pair"
)

// burn is work whose amount is known.
func burn(n int) func() (int, error) {
	var x uint64 = 1
	return func() (int, error) {
		for range n {
			x = x*6364136223846793005 + 1442695040888963407
		}
		if x == 0 {
			return 0, errors.New("cannot be")
		}
		return 1, nil
	}
}

func TestRatioOfKnownWork(t *testing.T) {
	plan := pair.Plan{Rounds: 101, Slice: 200 * time.Microsecond}
	results, err := pair.Run(plan, pair.Rival{Name: "one", Turn: burn(2000)}, pair.Rival{Name: "three", Turn: burn(6000)})
	if err != nil {
		t.Fatal(err)
	}
	r := results[1].Over(results[0])
	if r.Median < 2 || r.Median > 4 || r.Low > r.Median || r.High < r.Median {
		t.Errorf("three times the work takes %v times as long", r)
	}
	results = pair.Join(pair.Join(nil, results), results)
	if len(results[0].Rounds) != 2*plan.Rounds || results[0].Name != "one" {
		t.Errorf("%d rounds of %q", len(results[0].Rounds), results[0].Name)
	}
}

func TestFailuresArePassedOn(t *testing.T) {
	broken := errors.New("broken")
	_, err := pair.Run(pair.DefaultPlan, pair.Rival{Name: "x", Turn: func() (int, error) { return 0, broken }})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
