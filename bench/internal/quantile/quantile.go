// Package quantile finds quantiles of small samples.
package quantile

import (
	"cmp"
	"slices"
)

// Of returns the q-quantile (0 to 1) of the values, one of them, by nearest
// rank. Zero if there are none. The values stay as they are.
func Of[T cmp.Ordered](values []T, q float64) T {
	if len(values) == 0 {
		var zero T
		return zero
	}
	sorted := slices.Sorted(slices.Values(values))
	i := int(q * float64(len(sorted)))
	return sorted[min(max(i, 0), len(sorted)-1)]
}
