//go:build unix

package goetia

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// TestPipe: a pipe goes the way of a connection, and is found when it is closed.
func TestPipe(t *testing.T) {
	r := open(t, WithSweep(20*time.Millisecond))
	a, b, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	defer b.Close()
	s := check[*Source](t)(r.Register(check[poll.Source](t)(poll.Conn(a))))
	file(t, r, s, a, b)
	if err := s.Close(); err == nil {
		t.Error("it was still registered")
	}
}

// TestPipeRearmAfterClose: os.File has another error for what is closed than package net.
func TestPipeRearmAfterClose(t *testing.T) {
	r := open(t, WithSweep(time.Hour))
	a, b, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	s := check[*Source](t)(r.Register(check[poll.Source](t)(poll.Conn(a))))
	c := newFired()
	w := check[*Watch](t)(s.AfterReadable(c.call))
	if _, err := b.WriteString("x"); err != nil {
		t.Fatal(err)
	}
	c.wait(t)
	a.Close()
	if err := w.Rearm(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Rearm gives %v", err)
	}
	if n := r.Stats().Sources; n != 0 {
		t.Errorf("%d sources", n)
	}
}

// TestRawDescriptor: what was closed is found by the sweep, since it asks the kernel.
func TestRawDescriptor(t *testing.T) {
	r := open(t, WithSweep(20*time.Millisecond))
	var fds [2]int
	if err := syscall.Pipe(fds[:]); err != nil {
		t.Fatal(err)
	}
	b := os.NewFile(uintptr(fds[1]), "pipe")
	defer b.Close()
	src := poll.FD(uintptr(fds[0]))
	s := check[*Source](t)(r.Register(src))
	if _, err := r.Register(src); !errors.Is(err, poll.ErrExists) {
		t.Errorf("registered twice: %v", err)
	}
	file(t, r, s, raw(fds[0]), b)
	if _, err := r.Register(src); !errors.Is(err, poll.ErrBadDescriptor) {
		t.Errorf("a closed one gives %v", err)
	}
}

type raw int

func (r raw) Read(b []byte) (int, error) { return syscall.Read(int(r), b) }
func (r raw) Close() error               { return syscall.Close(int(r)) }

func file(t *testing.T, r *Reactor, s *Source, a interface {
	Read(b []byte) (int, error)
	Close() error
}, b *os.File,
) {
	t.Helper()
	c := newFired()
	w := check[*Watch](t)(s.AfterReadable(c.call))
	for range 3 {
		passed(t, r)
		c.never(t)
		if _, err := b.WriteString("x"); err != nil {
			t.Fatal(err)
		}
		if got := c.wait(t); !got.Has(Readable) {
			t.Errorf("fired with %v", got)
		}
		if n, err := a.Read(make([]byte, 8)); n != 1 || err != nil {
			t.Errorf("read gives %d, %v", n, err)
		}
		if err := w.Rearm(); err != nil {
			t.Fatal(err)
		}
	}
	a.Close()
	if got := c.wait(t); got != Closed {
		t.Errorf("fired with %v", got)
	}
	if err := w.Rearm(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Rearm gives %v", err)
	}
}
