//go:build unix

package pollfd

import (
	"fmt"
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
	"golang.org/x/sys/unix"
)

// BenchmarkEvent is one readiness event and its Modify, among idle sources.
// The variant without identity shows what the comparison by fstat costs.
func BenchmarkEvent(b *testing.B) {
	for _, idle := range []int{0, 10, 100, 1000, 5000} {
		for _, compare := range []bool{true, false} {
			b.Run(fmt.Sprintf("idle=%d/fstat=%v", idle, compare), func(b *testing.B) { benchmarkEvent(b, idle, compare) })
		}
	}
}

func benchmarkEvent(b *testing.B, idle int, compare bool) {
	p := open(b)
	near, far := pair(b)
	defer unix.Close(near)
	defer unix.Close(far)
	write(b, far)
	tok := backend.MakeToken(0, 1)
	if err := p.Add(uintptr(near), tok, 0, backend.Readable, backend.Oneshot); err != nil {
		b.Fatal(err)
	}
	for i := range uint32(idle) {
		near, far := pair(b)
		defer unix.Close(near)
		defer unix.Close(far)
		if err := p.Add(uintptr(near), backend.MakeToken(i+1, 1), 0, backend.Readable, backend.Oneshot); err != nil {
			b.Fatal(err)
		}
	}
	if !compare {
		id := p.set.entries[0].id
		p.set.identify = func(int32) (identity, bool) { return id, true }
	}
	events := make([]backend.Event, 8)
	for b.Loop() {
		if n, err := p.Wait(events, -1); n != 1 || err != nil {
			b.Fatalf("Wait: %d, %v", n, err)
		}
		if err := p.Modify(uintptr(near), tok, backend.Readable, backend.Oneshot); err != nil {
			b.Fatal(err)
		}
	}
}
