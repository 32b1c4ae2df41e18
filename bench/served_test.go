//go:build linux || windows

package bench

import (
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/goetia-go/goetia/bench/internal/loop"
	"github.com/goetia-go/goetia/bench/internal/source"
	"github.com/goetia-go/goetia/poll"
)

// BenchmarkServed signals, waits, reads and arms again one source among idle ones,
// and counts what that asks of the kernel. The median of the time inside Wait and
// Modify is reported by itself.
func BenchmarkServed(b *testing.B) {
	for _, m := range poll.Mechanisms() {
		for _, n := range []int{100, 1000} {
			b.Run(fmt.Sprintf("mechanism=%s/sources=%d", m, n), func(b *testing.B) {
				set, err := source.New(n)
				if err != nil {
					b.Fatal(err)
				}
				defer set.Close()
				l, err := loop.NewServed(m, set)
				if errors.Is(err, poll.ErrUnsupported) {
					b.Skip(err)
				}
				if err != nil {
					b.Fatal(err)
				}
				defer l.Close()
				if err := l.Grow(n); err != nil {
					b.Fatal(err)
				}
				l.Reset()
				for b.Loop() {
					if err := l.Round(1); err != nil {
						b.Fatal(err)
					}
				}
				c := l.Count()
				b.ReportMetric(float64(c.Time), "ns/event")
				b.ReportMetric(c.Calls(), "calls/event")
			})
		}
	}
}

// BenchmarkMemory is what a registered idle source costs Go's heap.
func BenchmarkMemory(b *testing.B) {
	const n = 1000
	set, err := source.New(n)
	if err != nil {
		b.Fatal(err)
	}
	defer set.Close()
	for _, m := range poll.Mechanisms() {
		b.Run(fmt.Sprintf("mechanism=%s", m), func(b *testing.B) {
			var bytes int64
			for b.Loop() {
				before := heap()
				l, err := loop.NewServed(m, set)
				if errors.Is(err, poll.ErrUnsupported) {
					b.Skip(err)
				}
				if err != nil {
					b.Fatal(err)
				}
				if err := l.Grow(n); err != nil {
					b.Fatal(err)
				}
				bytes += heap() - before
				if err := l.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(bytes)/float64(b.N)/n, "B/source")
		})
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	return int64(ms.HeapAlloc)
}
