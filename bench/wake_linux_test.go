package bench

import (
	"fmt"
	"testing"

	"github.com/goetia-go/goetia/bench/internal/quantile"
	"github.com/goetia-go/goetia/bench/internal/wakeup"
)

// BenchmarkWake is how long an idle loop takes to wake when another goroutine
// writes. Most of its time passes between two wakes, so look at p50 and p90.
func BenchmarkWake(b *testing.B) {
	for name, open := range map[string]func(fd int) (wakeup.Waiter, error){
		"poller": wakeup.NewPoller, "blocking": wakeup.NewBlocking,
	} {
		b.Run(fmt.Sprintf("loop=%s", name), func(b *testing.B) {
			src, err := wakeup.NewGoroutine()
			if err != nil {
				b.Fatal(err)
			}
			defer src.Close()
			var all []int64
			for b.Loop() {
				samples, err := wakeup.Block(src, open)
				if err != nil {
					b.Fatal(err)
				}
				all = append(all, samples[1:]...)
			}
			b.ReportMetric(float64(quantile.Of(all, 0.5)), "p50-ns")
			b.ReportMetric(float64(quantile.Of(all, 0.9)), "p90-ns")
		})
	}
}
