package bench

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/goetia-go/goetia/bench/internal/loop"
	"github.com/goetia-go/goetia/bench/internal/source"
	"github.com/goetia-go/goetia/poll"
)

// BenchmarkEvent is one turn of a loop: a wait and what it found, handled.
func BenchmarkEvent(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		set, err := source.New(n)
		if err != nil {
			b.Fatal(err)
		}
		for _, ready := range []int{1, 64, 1000} {
			if err := set.SignalSpread(ready); err != nil {
				b.Fatal(err)
			}
			for _, mode := range []poll.Mode{poll.Level, poll.Oneshot} {
				for _, kind := range loop.Kinds {
					name := fmt.Sprintf("loop=%s/mode=%v/sources=%d/ready=%d", kind, mode, n, ready)
					b.Run(name, func(b *testing.B) { event(b, kind, set, mode) })
				}
			}
			if err := set.DrainAll(); err != nil {
				b.Fatal(err)
			}
		}
		set.Close()
	}
}

func event(b *testing.B, kind string, set *source.Set, mode poll.Mode) {
	l, err := loop.Open(kind, set, mode, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	// The first turn makes the buffers.
	if _, err := l.Turn(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	events := 0
	for b.Loop() {
		n, err := l.Turn()
		if err != nil {
			b.Fatal(err)
		}
		events += n
	}
	b.ReportMetric(float64(b.Elapsed())/float64(events), "ns/event")
}
