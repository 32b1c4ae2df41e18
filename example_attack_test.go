package goetia_test

import (
	"net"
	"sync/atomic"
	"testing"
)

// TestProxyReset: when one end of what the example joins is reset, the other end is told, in the
// middle of much that is under way as well as when nothing is.
func TestProxyReset(t *testing.T) {
	for name, busy := range map[string]bool{"busy": true, "idle": false} {
		t.Run(name, func(t *testing.T) {
			client, inside := tcpPair(t)
			outside, server := tcpPair(t)
			var waits atomic.Int64
			done := make(chan error, 2)
			if err := join(inside, outside, &waits, func(err error) { done <- err }); err != nil {
				t.Fatal(err)
			}
			if busy {
				go func() { _, _ = client.Write(make([]byte, 64<<20)) }()
				one := make([]byte, 1)
				if _, err := server.Read(one); err != nil {
					t.Fatal(err)
				}
			}
			if err := client.SetLinger(0); err != nil {
				t.Fatal(err)
			}
			client.Close()
			rest := make([]byte, 1<<16)
			for {
				if _, err := server.Read(rest); err != nil {
					break // the end, or a reset
				}
			}
			if err := <-done; err == nil {
				t.Error("nothing is said to have failed")
			}
		})
	}
}

func tcpPair(t *testing.T) (near, far *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	b, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return a.(*net.TCPConn), b.(*net.TCPConn)
}
