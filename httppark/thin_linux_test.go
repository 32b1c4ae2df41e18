package httppark

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"testing"
)

func descriptors(t *testing.T) int {
	t.Helper()
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(names)
}

// TestThin: a connection without its net.TCPConn knows its addresses, does nothing else, and
// is itself again afterwards. No descriptor is left behind.
func TestThin(t *testing.T) {
	h := &history{ended: make(chan net.Conn, 10)}
	var kept net.Conn
	e := startServer(t, true, false, &http.Server{Handler: echo, ConnState: func(c net.Conn, s http.ConnState) {
		if s == http.StateNew {
			kept = c
		}
		h.hook(c, s)
	}}, WithThinParking())
	p := e.dial()
	first := 0
	for i := range 50 {
		p.send(fmt.Sprintf(get, ""))
		p.expect("/")
		e.settle()
		c := base(kept)
		if _, ok := c.held().(*thin); !ok {
			t.Fatalf("%T", c.held())
		}
		if kept.LocalAddr().String() != e.l.Addr().String() || kept.RemoteAddr().String() != p.LocalAddr().String() {
			t.Errorf("%v %v", kept.LocalAddr(), kept.RemoteAddr())
		}
		if _, err := c.held().Read(nil); err != errThin {
			t.Error(err)
		}
		if i == 0 {
			first = descriptors(t)
		}
	}
	if n := descriptors(t); n > first {
		t.Errorf("%d descriptors, %d at first", n, first)
	}
	if err := kept.Close(); err != nil {
		t.Error(err)
	}
	p.ended()
	if err := kept.Close(); err == nil {
		t.Error("closed twice")
	}
	<-h.ended
}
