//go:build windows

package wsapoll

import (
	"fmt"
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/winsock"
)

// BenchmarkEvent is one event that the socket's group finds while Wait sleeps,
// among idle sockets in groups of various sizes: a change of interest, the
// kick, the group's two rounds and the wake-up. It was used to choose groupSize.
func BenchmarkEvent(b *testing.B) {
	for _, size := range []int{32, 64, 128, 256, 512} {
		b.Run(fmt.Sprintf("idle=1000/group=%d", size), func(b *testing.B) { benchmarkEvent(b, 1000, size) })
	}
}

func benchmarkEvent(b *testing.B, idle, size int) {
	p := newPoll(native{}, size, ^backend.Readiness(0))
	defer p.Close()
	pair := func() (near, far uintptr) {
		near, far, err := winsock.Pair()
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { winsock.Close(near); winsock.Close(far) })
		return near, far
	}
	events := make([]backend.Event, 8)
	for i := 1; i <= idle; i += 2 {
		near, far := pair()
		for j, h := range []uintptr{near, far} {
			if err := p.Add(h, backend.MakeToken(uint32(i+j), 1), 0, backend.Readable, backend.Oneshot); err != nil {
				b.Fatal(err)
			}
		}
	}
	near, far := pair()
	tok := backend.MakeToken(0, 1)
	if err := p.Add(near, tok, 0, backend.Readable, backend.Oneshot); err != nil {
		b.Fatal(err)
	}
	if _, err := p.Wait(events, 0); err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 8)
	before := p.waits.Load()
	for b.Loop() {
		if _, err := winsock.Send(far, one); err != nil {
			b.Fatal(err)
		}
		for n := 0; n == 0; {
			var err error
			if n, err = p.Wait(events, -1); err != nil {
				b.Fatal(err)
			}
		}
		if _, _, err := winsock.Receive(near, buf); err != nil {
			b.Fatal(err)
		}
		if err := p.Modify(near, tok, backend.Readable, backend.Oneshot); err != nil {
			b.Fatal(err)
		}
		if n, err := p.Wait(events, 0); n != 0 || err != nil { // hands it to its group
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(p.waits.Load()-before)/float64(b.N), "polls/op")
}
