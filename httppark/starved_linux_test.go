package httppark

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"
)

// starve lets nobody have another descriptor until feed is called. It is for tests that run alone.
func starve(t *testing.T) (feed func()) {
	t.Helper()
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("/dev/null") // it gets the lowest number that is free
	if err != nil {
		t.Fatal(err)
	}
	least := uint64(f.Fd())
	f.Close()
	now := was
	now.Cur = least
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &now); err != nil {
		t.Fatal(err)
	}
	feed = func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &was); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(feed)
	return feed
}

// TestStarvedWhenParking: a connection that cannot be made thin is parked as it is.
func TestStarvedWhenParking(t *testing.T) {
	e := startServer(t, true, false, &http.Server{Handler: echo})
	p := e.dial()
	p.send(fmt.Sprintf(get, "x"))
	p.expect("/x")
	e.settle()
	feed := func() {}
	for _, slims := range []bool{true, false, false, true} {
		if !slims {
			feed()
		}
		p.send(fmt.Sprintf(get, "x"))
		p.expect("/x")
		c := <-e.let
		if _, ok := beneath(c).(*thin); !ok {
			t.Fatalf("%T", beneath(c))
		}
		if slims {
			continue
		}
		// It is whole again before there is nothing left.
		(*plain)(c).NetConn()
		c.mu.Lock()
		c.flags &^= taken
		c.mu.Unlock()
		feed = starve(t)
		p.send(fmt.Sprintf(get, "x"))
		p.expect("/x")
		if c := <-e.let; !isTCP(beneath(c)) {
			t.Fatalf("%T", beneath(c))
		}
		feed()
	}
	if s := e.l.Stats(); s.Failed != 0 || s.Starved != 0 {
		t.Errorf("%+v", s)
	}
}

func isTCP(c net.Conn) bool {
	_, ok := c.(*net.TCPConn)
	return ok
}

// TestStarvedWhenServed: a connection that cannot be served again for want of a descriptor is
// as soon as there is one, and nothing of its request is lost.
func TestStarvedWhenServed(t *testing.T) {
	e := startServer(t, true, false, &http.Server{Handler: echo})
	p := e.dial()
	p.send(fmt.Sprintf(get, "x"))
	p.expect("/x")
	e.settle()
	first := descriptors(t)
	feed := starve(t)
	p.send(fmt.Sprintf(get, "y"))
	eventually(t, func() bool { return e.l.Stats().Starved >= 2 })
	if s := e.l.Stats(); s.Parked != 1 || s.Resumes != 0 || s.Failed != 0 {
		t.Errorf("%+v", s)
	}
	feed()
	p.expect("/y")
	e.settle()
	if n := descriptors(t); n > first {
		t.Errorf("%d descriptors, %d at first", n, first)
	}
}

// TestStarvedUntilItsLimit: the limit of a parked connection holds meanwhile.
func TestStarvedUntilItsLimit(t *testing.T) {
	h := &history{ended: make(chan net.Conn, 1)}
	e := startServer(t, true, false, &http.Server{Handler: echo, ConnState: h.hook}, WithIdleLimit(time.Second))
	p := e.dial()
	p.send(fmt.Sprintf(get, "x"))
	p.expect("/x")
	e.settle()
	feed := starve(t)
	p.send(fmt.Sprintf(get, "y"))
	h.await(t)
	feed()
	if s := e.l.Stats(); s.Expired != 1 || s.Starved == 0 || s.Failed != 0 {
		t.Errorf("%+v", s)
	}
	p.ended()
}

// eventually waits for what nothing tells of.
func eventually(t *testing.T, f func() bool) {
	t.Helper()
	for until := time.Now().Add(patient); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("it did not come about")
		}
	}
}
