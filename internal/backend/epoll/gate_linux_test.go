package epoll

import (
	"runtime"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"golang.org/x/sys/unix"
)

// ticker is an eventfd in a Poll of its own.
type ticker struct {
	*testing.T
	p      *Poll
	fd     int
	events []backend.Event
}

func newTicker(t *testing.T, mode backend.Mode) *ticker {
	t.Helper()
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		unix.Close(fd)
	})
	if err := p.Add(uintptr(fd), 1, 0, backend.Readable, mode); err != nil {
		t.Fatal(err)
	}
	return &ticker{t, p, fd, make([]backend.Event, 4)}
}

func (k *ticker) tick() {
	if _, err := unix.Write(k.fd, []byte{1, 0, 0, 0, 0, 0, 0, 0}); err != nil {
		k.Error(err)
	}
}

func (k *ticker) drain() {
	if _, err := unix.Read(k.fd, make([]byte, 8)); err != nil {
		k.Error(err)
	}
}

func (k *ticker) wait(want int, timeout time.Duration) {
	k.Helper()
	if n, err := k.p.Wait(k.events, timeout); n != want || err != nil {
		k.Fatalf("got %d events, %v; want %d", n, err, want)
	}
}

// The gate is open only while somebody may park: from the first park until
// something is found without one.
func TestGateIsShutWhileBusy(t *testing.T) {
	k := newTicker(t, backend.Level)
	expect := func(when string, ajar bool) {
		t.Helper()
		if k.p.park.Ajar() != ajar {
			t.Errorf("%s: open is %t, want %t", when, k.p.park.Ajar(), ajar)
		}
	}
	expect("new", false)
	k.wait(0, 0)
	expect("looked, not parked", false)
	k.tick()
	k.wait(1, -1)
	expect("found at once", false)
	k.drain()
	// On a slow machine a short timeout passes before the park.
	for timeout := time.Millisecond; !k.p.park.Ajar() && timeout < time.Minute; timeout *= 4 {
		k.wait(0, timeout)
	}
	expect("parked", true)
	k.tick()
	k.found()
	expect("found without parking", false)
	for range 1000 {
		k.wait(1, -1)
	}
	expect("busy for long", false)
	if !k.p.park.Away() {
		t.Error("a loop that is busy for long is still in the gate")
	}
	k.drain()
	for timeout := time.Millisecond; !k.p.park.Ajar() && timeout < time.Minute; timeout *= 4 {
		k.wait(0, timeout)
	}
	expect("parked again", true)
}

// found waits for an event until one is found without parking. The first Wait may park: a thread of
// the runtime is woken as well, and see look.
func (k *ticker) found() {
	k.Helper()
	k.wait(1, -1)
	for until := time.Now().Add(30 * time.Second); k.p.park.Ajar() && time.Now().Before(until); {
		k.wait(1, -1)
	}
}

// look waits for an event without parking. It may take more than one look: while a thread of the
// runtime asks the inner descriptor, the kernel has its list of what is ready in hand, and says of an
// epoll_wait that does not wait that there is nothing (seen on Linux 6.1).
func (k *ticker) look() {
	k.Helper()
	for until := time.Now().Add(30 * time.Second); ; {
		switch n, err := k.p.Wait(k.events, 0); {
		case err != nil || n > 1:
			k.Fatalf("got %d events, %v; want 1", n, err)
		case n == 1:
			return
		case time.Now().After(until):
			k.Fatal("an event was lost")
		}
	}
}

// What becomes ready at any moment in which a loop that was busy for long parks again is
// found.
func TestGateLosesNothingAfterLong(t *testing.T) {
	const rounds = 1000
	modes := map[string]backend.Mode{"level": backend.Level, "oneshot": backend.Oneshot}
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			k := newTicker(t, mode)
			again := func() {
				if mode == backend.Oneshot {
					if err := k.p.Modify(uintptr(k.fd), 1, backend.Readable, mode); err != nil {
						t.Fatal(err)
					}
				}
			}
			handled := make(chan struct{}, 1)
			done := make(chan struct{})
			go func() {
				defer close(done)
				for i := range rounds {
					for range i % 11 * 3 { // another moment each time
						runtime.Gosched()
					}
					k.tick()
					<-handled
				}
			}()
			for range rounds {
				k.wait(1, 30*time.Second)
				for again(); !k.p.park.Away(); again() {
					k.look()
				}
				k.drain()
				again()
				k.wait(0, 0)
				handled <- struct{}{}
			}
			<-done
		})
	}
}

// What becomes ready at any moment of opening and shutting is found.
func TestGateLosesNothing(t *testing.T) {
	const ticks = 20_000
	modes := map[string]backend.Mode{"level": backend.Level, "oneshot": backend.Oneshot, "edge": backend.Edge}
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			k := newTicker(t, mode)
			handled := make(chan struct{}, 1)
			done := make(chan struct{})
			go func() {
				defer close(done)
				for i := range ticks {
					for range i % 7 * 3 { // another moment each time
						runtime.Gosched()
					}
					k.tick()
					<-handled
				}
			}()
			for i := range ticks {
				k.wait(1, 30*time.Second)
				k.drain()
				if mode == backend.Oneshot {
					if err := k.p.Modify(uintptr(k.fd), 1, backend.Readable, mode); err != nil {
						t.Fatal(err)
					}
				}
				if i%5 == 0 {
					k.wait(0, 0)
				}
				handled <- struct{}{}
			}
			<-done
		})
	}
}
