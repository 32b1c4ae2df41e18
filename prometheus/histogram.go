package goetiaprom

import (
	"time"

	"github.com/goetia-go/goetia"
)

// The Reactor's buckets are two for each doubling of nanoseconds, from 1 ns to 18 minutes;
// each is a time series. What is given on is every doubling from 1 µs to 17 s, in 25
// buckets. Prometheus's native histograms cannot be made of them without guessing: their
// bounds are powers of two of a second, and these are powers of two of a nanosecond.
const (
	firstBound = 2 * 10
	lastBound  = 2 * 34
)

// cumulate returns how many values are not above each bound, in seconds.
func cumulate(h *goetia.Histogram) (below map[float64]uint64, total uint64, sum float64) {
	below = make(map[float64]uint64, (lastBound-firstBound)/2+1)
	for i, n := range h.Counts {
		total += n
		// Bucket i ends below BucketUpper(i), and a bound of Prometheus's belongs to
		// its bucket. Durations are whole nanoseconds, so one less is exact.
		if next := i + 1; next >= firstBound && next <= lastBound && next%2 == 0 {
			below[seconds(goetia.BucketUpper(i)-1)] = total
		}
	}
	return below, total, h.Sum.Seconds()
}

// seconds is the nearest float64, so that it is written as briefly as can be.
func seconds(d time.Duration) float64 { return float64(d) / float64(time.Second) }
