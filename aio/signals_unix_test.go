//go:build unix

package aio_test

import (
	"errors"
	"os"
	"syscall"
	"testing"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/poll"
)

func TestSignals(t *testing.T) {
	t.Parallel()
	l := loop(t)
	s, err := aio.NewSignals(syscall.SIGUSR1, syscall.SIGUSR2)
	if err != nil {
		t.Fatal(err)
	}
	for _, sig := range []syscall.Signal{syscall.SIGUSR2, syscall.SIGUSR1, syscall.SIGUSR1} {
		if err := syscall.Kill(os.Getpid(), sig); err != nil {
			t.Fatal(err)
		}
		if got, ok := next(l, s); !ok || got != sig {
			t.Fatalf("%v %t, want %v", got, ok, sig)
		}
	}
	s.Stop()
	s.Stop()
	if _, ok := next(l, s); ok {
		t.Error("it goes on")
	}
	if _, err := aio.NewSignals(); !errors.Is(err, poll.ErrInvalid) {
		t.Errorf("without signals: %v", err)
	}
}

// TestAsyncOfDescriptor: a raw descriptor with operations of the program's own.
func TestAsyncOfDescriptor(t *testing.T) {
	t.Parallel()
	l := loop(t)
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fds[1])
	defer syscall.Close(fds[0])
	for _, fd := range fds {
		if err := syscall.SetNonblock(fd, true); err != nil {
			t.Fatal(err)
		}
	}
	a, err := aio.NewAsync(l, fds[0], poll.FD(uintptr(fds[0])))
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 10)
	f := aio.ReadWith(a, func(fd int) (int, error) { return syscall.Read(fd, buf) })
	pendingNow(t, f)
	if _, err := syscall.Write(fds[1], []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if n := must(t, l, f); string(buf[:n]) != "hello" {
		t.Errorf("%q", buf[:n])
	}
	if n := must(t, l, aio.WriteWith(a, func(fd int) (int, error) { return syscall.Write(fd, []byte("x")) })); n != 1 {
		t.Error(n)
	}
	if err := wait(t, l, a.Writable()); err != nil {
		t.Error(err)
	}
	r := a.Readable()
	pendingNow(t, r)
	if _, err := syscall.Write(fds[1], []byte("y")); err != nil {
		t.Fatal(err)
	}
	if err := wait(t, l, r); err != nil {
		t.Error(err)
	}
	must(t, l, aio.ReadWith(a, func(fd int) (int, error) { return syscall.Read(fd, buf) }))
	f = aio.ReadWith(a, func(fd int) (int, error) { return syscall.Read(fd, buf) })
	pendingNow(t, f)
	closed(t, a)
	if r := wait(t, l, f); r.Err == nil {
		t.Error("no error after Close")
	}
	if a.Close() == nil || a.Get() != fds[0] {
		t.Error("closed twice")
	}
}
