package quantile_test

import (
	"testing"

	"github.com/goetia-go/goetia/bench/internal/quantile"
)

func TestOf(t *testing.T) {
	values := []int{5, 1, 4, 2, 3}
	for q, want := range map[float64]int{0: 1, 0.25: 2, 0.5: 3, 0.99: 5, 1: 5} {
		if got := quantile.Of(values, q); got != want {
			t.Errorf("%v: %d, want %d", q, got, want)
		}
	}
	if values[0] != 5 {
		t.Error("the values were sorted in place")
	}
	if got := quantile.Of([]int(nil), 0.5); got != 0 {
		t.Errorf("of nothing: %d", got)
	}
}
