//go:build unix

package aio_test

import (
	"io"
	"net/netip"
	"testing"

	"github.com/goetia-go/goetia/future"
)

// TestAllocations: the Poll methods of a steady state allocate nothing. On Windows each write
// starts a goroutine.
func TestAllocations(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector makes pools forget")
	}
	l := loop(t)
	a, b := tcpPair(t, l)
	local := l.NewLocal(future.LocalOptions{})
	buf, back := make([]byte, 64), make([]byte, 64)
	trips := 0
	// One echoes, the other sends and waits: both wait for the reactor each time.
	future.Spawn(local, future.PollFunc[error](func(cx *future.Context) (error, bool) {
		for {
			n, ready, err := a.PollRead(cx, back)
			if !ready || err == io.EOF {
				return nil, ready
			}
			if _, _, werr := a.PollWrite(cx, back[:n]); err != nil || werr != nil {
				return err, true
			}
		}
	}))
	sent := false
	trip := future.PollFunc[error](func(cx *future.Context) (error, bool) {
		if !sent {
			if _, ready, err := b.PollWrite(cx, buf); !ready || err != nil {
				return err, ready
			}
			sent = true
		}
		n, ready, err := b.PollRead(cx, buf)
		if !ready || err != nil {
			return err, ready
		}
		if sent = false; n != len(buf) {
			t.Errorf("%d bytes came back", n)
		}
		trips++
		return nil, true
	})
	cx := future.NewContext(future.WakerFunc(func() {}))
	round := func() {
		for {
			for local.TryTick() {
			}
			if _, ready := trip.Poll(cx); ready {
				return
			}
			if _, err := l.Reactor().Turn(-1); err != nil {
				t.Fatal(err)
			}
		}
	}
	round()
	if n := testing.AllocsPerRun(200, round); n > 0 {
		t.Errorf("an echo allocates %v times", n)
	}
	if trips < 200 {
		t.Errorf("%d trips", trips)
	}
	u, v := packets(t, l, "udp4", "127.0.0.1:0"), packets(t, l, "udp4", "127.0.0.1:0")
	to := addrOf(v)
	// until polls until it is done: a datagram may take a while also to where it was sent from.
	until := func(poll func() (ready bool, err error)) {
		for {
			ready, err := poll()
			if err != nil {
				t.Fatal(err)
			}
			if ready {
				return
			}
			if _, err := l.Reactor().Turn(-1); err != nil {
				t.Fatal(err)
			}
		}
	}
	sends := func() (bool, error) { return u.PollSend(cx, buf, to) }
	receives := func() (bool, error) {
		_, ready, err := v.PollReceive(cx, buf)
		return ready, err
	}
	send := func() {
		until(sends)
		until(receives)
	}
	send()
	// Package syscall makes an address of each datagram that is received.
	if n := testing.AllocsPerRun(200, send); n > 1 {
		t.Errorf("a datagram allocates %v times", n)
	}
	if err := wait(t, l, v.Send(nil, netip.AddrPort{})); err == nil {
		t.Error("it was sent to nobody")
	}
	for local.TryTick() {
	}
	_ = local.Close()
}
