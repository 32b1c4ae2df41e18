//go:build unix

package wake_test

import (
	"testing"

	"github.com/goetia-go/goetia/internal/sys/wake"
	"golang.org/x/sys/unix"
)

func readable(t *testing.T, k *wake.Waker) bool {
	t.Helper()
	fds := []unix.PollFd{{Fd: int32(k.FD()), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, 0)
	for err == unix.EINTR { // one of the runtime's own, and nothing is ready
		n, err = unix.Poll(fds, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return n == 1
}

func TestWaker(t *testing.T) {
	k, err := wake.Open()
	if err != nil {
		t.Fatal(err)
	}
	if readable(t, k) {
		t.Error("readable before any signal")
	}
	// 100 000 signals fill a pipe; further ones must neither block nor fail.
	for _, signals := range []int{1, 2, 64, 65, 100_000} {
		for range signals {
			if err := k.Signal(); err != nil {
				t.Fatalf("signal: %v", err)
			}
		}
		if !readable(t, k) {
			t.Errorf("not readable after %d signals", signals)
		}
		if err := k.Drain(); err != nil {
			t.Fatalf("drain: %v", err)
		}
		if readable(t, k) {
			t.Errorf("readable after draining %d signals", signals)
		}
	}
	if err := k.Drain(); err != nil {
		t.Errorf("drain without signals: %v", err)
	}
	flags, err := unix.FcntlInt(uintptr(k.FD()), unix.F_GETFD, 0)
	if err != nil || flags&unix.FD_CLOEXEC == 0 {
		t.Errorf("not closed on exec: flags %#x, %v", flags, err)
	}
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	if err := k.Signal(); err == nil {
		t.Error("a closed waker was signalled")
	}
}

func TestSignalAndDrainDoNotAllocate(t *testing.T) {
	k, err := wake.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	if n := testing.AllocsPerRun(100, func() { k.Signal(); k.Drain() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
