package future

import (
	"context"
	"testing"
	"time"
)

// What it brings to keep goroutines for the next function.
func BenchmarkGo(b *testing.B) {
	for _, bench := range []struct {
		name string
		idle time.Duration
	}{{"started", 0}, {"kept", time.Minute}} {
		b.Run(bench.name, func(b *testing.B) {
			p := NewPool(PoolOptions{IdleTimeout: bench.idle})
			defer func() { _ = p.Close() }()
			f := func(context.Context) (int, error) { return 0, nil }
			b.ReportAllocs()
			for b.Loop() {
				BlockOn(GoIn(p, f))
			}
		})
	}
}
