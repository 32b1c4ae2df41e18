package debug

import (
	"fmt"
	"time"

	"github.com/goetia-go/goetia"
)

// latency is a histogram, ready to be drawn.
type latency struct {
	Total uint64        `json:"total"`
	Sum   time.Duration `json:"sum_ns"`
	P50   time.Duration `json:"p50_ns"`
	P90   time.Duration `json:"p90_ns"`
	P99   time.Duration `json:"p99_ns"`
	P999  time.Duration `json:"p999_ns"`
	// Bars go without a gap from the first bucket that holds something to the last.
	Bars []bar `json:"buckets,omitempty"`
}

// bar is one bucket: durations from From on and below To.
type bar struct {
	From  time.Duration `json:"from_ns"`
	To    time.Duration `json:"to_ns"`
	Count uint64        `json:"count"`

	// Where it is drawn.
	X, Y, Height int `json:"-"`
}

const (
	barWidth   = 12
	chartWidth = 80*barWidth + 2
	chartHigh  = 120
)

func latencyOf(h *goetia.Histogram) latency {
	l := latency{
		Total: h.Total(), Sum: h.Sum,
		P50: h.Quantile(0.5), P90: h.Quantile(0.9), P99: h.Quantile(0.99), P999: h.Quantile(0.999),
	}
	first, last, most := -1, -1, uint64(0)
	for i, n := range h.Counts {
		if n > 0 {
			if first < 0 {
				first = i
			}
			last, most = i, max(most, n)
		}
	}
	if first < 0 {
		return l
	}
	for i := first; i <= last; i++ {
		b := bar{To: goetia.BucketUpper(i), Count: h.Counts[i], X: (i - first) * barWidth}
		if i > 0 {
			b.From = goetia.BucketUpper(i - 1)
		}
		if b.Count > 0 { // however few, they can be seen
			b.Height = max(int(float64(b.Count)/float64(most)*chartHigh), 2)
		}
		b.Y = chartHigh - b.Height
		l.Bars = append(l.Bars, b)
	}
	return l
}

// Width is that of the drawing.
func (l latency) Width() int { return max(len(l.Bars)*barWidth, 1) }

// Mean of all values.
func (l latency) Mean() time.Duration {
	if l.Total == 0 {
		return 0
	}
	return l.Sum / time.Duration(l.Total)
}

func (b bar) String() string { return fmt.Sprintf("%s to %s: %d", short(b.From), short(b.To), b.Count) }

// short rounds a duration to three figures, or to seconds.
func short(d time.Duration) string {
	for unit := time.Second; unit > 1; unit /= 10 {
		if d.Abs() >= 100*unit {
			return d.Round(unit).String()
		}
	}
	return d.String()
}
