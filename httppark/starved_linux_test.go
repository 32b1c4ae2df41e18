package httppark

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// starve lets nobody have another descriptor until feed is called. It is for tests that run
// alone. The listener's spare one is lost, unless it is nil.
func starve(t *testing.T, l *Listener) (feed func()) {
	t.Helper()
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	if l != nil && l.spare.give() {
		l.spare.mu.Unlock()
	}
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	now := was
	for _, name := range names {
		n, err := strconv.ParseUint(name.Name(), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		now.Cur = max(n+1, uint64(len(names)))
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &now); err != nil {
		t.Fatal(err)
	}
	var all []int
	for { // those in between
		fd, err := syscall.Open("/dev/null", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		if err != nil {
			break
		}
		all = append(all, fd)
	}
	feed = sync.OnceFunc(func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &was); err != nil {
			t.Error(err)
		}
		for _, fd := range all {
			_ = syscall.Close(fd)
		}
	})
	t.Cleanup(feed)
	return feed
}

// TestSpare: at the limit of descriptors thin connections are served, one after the other, and
// the listener has its spare one again after each.
func TestSpare(t *testing.T) {
	e := startServer(t, true, false, &http.Server{Handler: echo})
	var all []*peer
	for range 5 {
		p := e.dial()
		p.send(fmt.Sprintf(get, "x"))
		p.expect("/x")
		e.settle()
		all = append(all, p)
	}
	feed := starve(t, nil)
	for _, p := range all {
		p.send(fmt.Sprintf(get, "y"))
		p.expect("/y")
		e.settle() // as it is, since there is no descriptor to make it thin
	}
	feed()
	if s := e.l.Stats(); s.Resumes != 5 || s.Starved != 0 || s.Failed != 0 {
		t.Errorf("%+v", s)
	}
	if !hasSpare(e.l) {
		t.Error("it was not opened again")
	}
	if err := e.l.Close(); err != nil {
		t.Error(err)
	}
	if e.l.spare.keep(); hasSpare(e.l) {
		t.Error("it is open after Close")
	}
}

// TestSpareForTaken: who asks for the connection beneath at the limit gets it.
func TestSpareForTaken(t *testing.T) {
	e := startServer(t, true, false, &http.Server{Handler: echo})
	p := e.dial()
	p.send(fmt.Sprintf(get, "x"))
	p.expect("/x")
	c := (*plain)(<-e.let)
	feed := starve(t, nil)
	tcp := c.NetConn()
	feed()
	if !isTCP(tcp) {
		t.Fatalf("%T", tcp)
	}
	p.send(fmt.Sprintf(get, "y"))
	p.expect("/y")
}

func hasSpare(l *Listener) bool {
	l.spare.mu.Lock()
	defer l.spare.mu.Unlock()
	return l.spare.file != nil
}

// TestSpareComesBack: one that could not be opened again is at the next occasion.
func TestSpareComesBack(t *testing.T) {
	e := startServer(t, true, false, &http.Server{Handler: echo})
	p := e.dial()
	if hasSpare(e.l) {
		t.Error("it was opened for nobody")
	}
	for _, lost := range []func(){func() {}, func() { starve(t, e.l)() }} {
		lost()
		p.send(fmt.Sprintf(get, "x"))
		p.expect("/x")
		e.settle()
		if !hasSpare(e.l) {
			t.Error("there is none")
		}
	}
}

// replace closes a connection's socket, and has a file at its number at once: after Close there would
// be a descriptor free.
func replace(t *testing.T, c *net.TCPConn, by *os.File) {
	t.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = syscall.Dup3(int(by.Fd()), int(fd), syscall.O_CLOEXEC) }); err != nil || failed != nil {
		t.Fatal(err, failed)
	}
}

// TestStarvedAndGone: one whose peer has closed, and left a request, does not hold its descriptor
// for good, and one that was reset is closed at once.
func TestStarvedAndGone(t *testing.T) {
	null, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for _, reset := range []bool{false, true} {
		h := &history{ended: make(chan net.Conn, 1)}
		e := startServer(t, true, false, &http.Server{Handler: echo, ConnState: h.hook})
		p := e.dial()
		p.send(fmt.Sprintf(get, "x"))
		p.expect("/x")
		e.settle()
		feed := starve(t, e.l)
		p.send(fmt.Sprintf(get, "y"))
		eventually(t, func() bool { return e.l.Stats().Starved >= 2 })
		if reset {
			if err := p.Conn.(*net.TCPConn).SetLinger(0); err != nil {
				t.Fatal(err)
			}
		}
		replace(t, p.Conn.(*net.TCPConn), null)
		h.await(t)
		feed()
		if s := e.l.Stats(); s.Gone != 1 || s.Resumes != 0 || s.Failed != 0 || s.Parked != 0 {
			t.Errorf("reset %v: %+v", reset, s)
		}
	}
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
		feed = starve(t, e.l)
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
	feed := starve(t, e.l)
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
	e := startServer(t, true, false, &http.Server{Handler: echo, ConnState: h.hook}, WithIdleLimit(3*time.Second))
	p := e.dial()
	p.send(fmt.Sprintf(get, "x"))
	p.expect("/x")
	e.settle()
	feed := starve(t, e.l)
	p.send(fmt.Sprintf(get, "y"))
	h.await(t)
	feed()
	if s := e.l.Stats(); s.Expired != 1 || s.Starved == 0 || s.Failed != 0 {
		t.Errorf("%+v", s)
	}
	p.ended()
}
