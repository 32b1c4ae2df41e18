// Package pair measures rivals against each other on a machine that is not quiet.
//
// A time by itself means little there: whoever else runs on the processor is in
// it. But two slices of a millisecond, taken one right after the other, meet
// nearly the same disturbance, so their ratio says something, and the median of
// many such ratios does not care for those rounds in which a neighbour came
// between the two.
package pair

import (
	"fmt"
	"runtime"
	"time"

	"github.com/goetia-go/goetia/bench/internal/quantile"
)

// Rival is one way of doing the same work.
type Rival struct {
	Name string
	// Turn does a portion of the work and says how many units it was.
	Turn func() (units int, err error)
}

// Plan says how much is measured.
type Plan struct {
	// Rounds is how many times each rival gets its slice.
	Rounds int
	// Slice is about how long a slice takes. It should be shorter than the
	// kernel's time slice, so that most are not interrupted.
	Slice time.Duration
}

// DefaultPlan takes about a second for four rivals.
var DefaultPlan = Plan{Rounds: 560, Slice: 500 * time.Microsecond}

// Result is what came out for one rival: nanoseconds per unit of work, one
// number for each round.
type Result struct {
	Name   string
	Rounds []float64
}

// Median is the middle of the rounds, in nanoseconds per unit.
func (r Result) Median() float64 { return quantile.Of(r.Rounds, 0.5) }

// Ratio is how many times as long as another a rival took.
type Ratio struct {
	// Median is over the rounds; Low and High are the quartiles.
	Median, Low, High float64
}

// Join appends the rounds of another run of the same rivals, in the same order. The
// first may be nil.
//
// Where the allocator and the linker happen to put things changes a loop of a
// microsecond by a tenth and now and then by half, for as long as the loop lives;
// several lives of each rival even that out.
func Join(results, more []Result) []Result {
	if results == nil {
		return more
	}
	for i := range results {
		results[i].Rounds = append(results[i].Rounds, more[i].Rounds...)
	}
	return results
}

// Over compares two rivals of the same run round by round.
func (r Result) Over(base Result) Ratio {
	ratios := make([]float64, len(r.Rounds))
	for i := range ratios {
		ratios[i] = r.Rounds[i] / base.Rounds[i]
	}
	return Ratio{
		Median: quantile.Of(ratios, 0.5),
		Low:    quantile.Of(ratios, 0.25),
		High:   quantile.Of(ratios, 0.75),
	}
}

// String is "1.052 (0.99 to 1.12)".
func (r Ratio) String() string {
	return fmt.Sprintf("%.3f (%.2f to %.2f)", r.Median, r.Low, r.High)
}

// Run gives the rivals their slices, in turn and in changing order. The work must
// not sleep: see Clock.
func Run(plan Plan, rivals ...Rival) ([]Result, error) {
	// The clock is the thread's, and hand-written loops sit on their own.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	turns := make([]int, len(rivals))
	for i, r := range rivals {
		n, err := calibrate(plan.Slice, r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Name, err)
		}
		turns[i] = n
	}
	results := make([]Result, len(rivals))
	for i, r := range rivals {
		results[i].Name = r.Name
	}
	for round := range plan.Rounds {
		for j := range rivals {
			// Each goes first equally often, and follows each other one.
			i := (j + round) % len(rivals)
			if round/len(rivals)%2 == 1 {
				i = len(rivals) - 1 - i
			}
			per, _, err := slice(rivals[i], turns[i])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", rivals[i].Name, err)
			}
			results[i].Rounds = append(results[i].Rounds, per)
		}
	}
	return results, nil
}

// calibrate finds how many turns fill a slice. It warms caches and buffers on
// the way.
func calibrate(want time.Duration, r Rival) (int, error) {
	for turns := 1; ; turns *= 2 {
		_, took, err := slice(r, turns)
		if err != nil {
			return 0, err
		}
		if took >= want/4 {
			return max(1, int(float64(turns)*float64(want)/float64(took))), nil
		}
	}
}

// slice returns nanoseconds per unit and the time of the whole.
func slice(r Rival, turns int) (float64, time.Duration, error) {
	units := 0
	start := now()
	for range turns {
		n, err := r.Turn()
		if err != nil {
			return 0, 0, err
		}
		units += n
	}
	took := now() - start
	if units == 0 {
		return 0, 0, fmt.Errorf("no work was done in %d turns", turns)
	}
	return float64(took) / float64(units), took, nil
}
