//go:build unix

package goetia_test

import (
	"net"
	"syscall"
	"testing"

	"github.com/goetia-go/goetia"
)

// TestPoolAsksTheKernel: the example's pool hands out no connection of which the kernel knows that
// the other end has closed it, be it for ever so short a time.
func TestPoolAsksTheKernel(t *testing.T) {
	p, err := newPool()
	if err != nil {
		t.Fatal(err)
	}
	defer p.r.Close()
	for range 200 {
		conn, end := goetia.TCP(t)
		if err := p.put(conn); err != nil {
			t.Fatal(err)
		}
		end.Close()
		for !ended(t, conn) {
		}
		if got, err := p.get(); got != nil || err != nil {
			t.Fatalf("handed out %v, %v", got, err)
		}
	}
}

// ended asks the kernel whether there is nothing more to read, and will not be.
func ended(t *testing.T, conn *net.TCPConn) bool {
	t.Helper()
	raw, err := conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var n int
	var b [1]byte
	if e := raw.Control(func(fd uintptr) {
		n, _, err = syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK)
	}); e != nil {
		t.Fatal(e)
	}
	return n == 0 && err == nil
}
