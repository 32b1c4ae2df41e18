package simnet_test

import (
	"net"
	"testing"
	"time"

	"golang.org/x/net/nettest"

	"github.com/goetia-go/goetia/simnet"
)

// TestConn holds connections against what every net.Conn has to do.
func TestConn(t *testing.T) {
	for name, link := range map[string]simnet.Link{
		"perfect": {},
		"far":     {Latency: time.Millisecond, Jitter: time.Millisecond},
		"narrow":  {Bandwidth: 50 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nettest.TestConn(t, func() (near, far net.Conn, stop func(), err error) {
				n := &simnet.Network{Default: link}
				near, far = connect(t, n)
				return near, far, func() { near.Close(); far.Close() }, nil
			})
		})
	}
}

// TestPipe does the same with Pipe.
func TestPipe(t *testing.T) {
	nettest.TestConn(t, func() (near, far net.Conn, stop func(), err error) {
		a, b := simnet.Pipe()
		return a, b, func() { a.Close(); b.Close() }, nil
	})
}
