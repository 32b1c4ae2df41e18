package goetia

import (
	"net"
	"testing"
)

// varying is a connection that holds what a test wants.
type varying struct {
	*net.TCPConn
	held *int
}

func (v varying) Buffered() int { return *v.held }

// TestHeldTurn: without a background, a watch of a connection that holds bytes already fires within
// a turn like any other, the turn counts it, and who waits in a turn is woken.
func TestHeldTurn(t *testing.T) {
	r := manual(t)
	a, b := tcp(t)
	held, c := 1, newFired()
	turn := func(want int) {
		t.Helper()
		if n, err := r.Turn(0); n != want || err != nil {
			t.Errorf("Turn: %d, %v", n, err)
		}
	}
	w := check[*Watch](t)(r.AfterReadable(varying{a, &held}, c.call))
	rearm := func() {
		t.Helper()
		if err := w.Rearm(); err != nil {
			t.Fatal(err)
		}
	}
	if !w.Pending() || r.Stats().Fires != 0 {
		t.Error("it has fired, and nobody has turned the Reactor")
	}
	turn(1)
	c.wait(t)
	rearm()
	if !w.Stop() {
		t.Error("Stop came too late")
	}
	turn(0)
	turned := make(chan int)
	go func() {
		n, _ := r.Turn(soon)
		turned <- n
	}()
	waitingIn(t, r, 1)
	rearm()
	if n := <-turned; n != 1 {
		t.Errorf("Turn: %d", n)
	}
	c.wait(t)
	// What was found is for the arm that found it.
	rearm()
	w.Stop()
	held = 0
	rearm()
	turn(0)
	w.Stop()
	// Nor does it fire twice if the kernel has something to say, too.
	held = 1
	write(t, b, "x")
	rearm()
	check[*Watch](t)(r.AfterReadable(a, c.call))
	for fires := 0; fires < 2; {
		fires += check[int](t)(r.Turn(soon))
	}
	turn(0)
	c.wait(t)
	c.wait(t)
	c.never(t)
}
