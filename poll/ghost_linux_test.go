package poll

import (
	"iter"
	"syscall"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

// A descriptor closed while a duplicate lives goes on being reported, and epoll
// cannot be told to stop. In level mode Wait used to spin on it.
func TestClosedDescriptorWithADuplicateDoesNotSpin(t *testing.T) {
	for _, zombies := range []int{1, 3, 100} {
		p, err := New(WithMechanism(Epoll))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		pair := func() (a, b int) {
			fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { syscall.Close(fds[1]) })
			return fds[0], fds[1]
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		// Bystanders in each state that a rebuild must keep.
		level, levelPeer := pair()
		disarmed, disarmedPeer := pair()
		silent, silentPeer := pair()
		defer syscall.Close(level)
		defer syscall.Close(disarmed)
		defer syscall.Close(silent)
		must(p.Add(FD(uintptr(level)), 1, Readable, Level))
		must(p.Add(FD(uintptr(disarmed)), 2, Writable, Oneshot))
		must(p.Add(FD(uintptr(silent)), 3, 0, Level))
		events := make([]Event, 16)
		if n, err := p.Wait(events, -1); err != nil || n != 1 || events[0].Key != 2 {
			t.Fatalf("%v, %v", events[:n], err)
		}

		for range zombies {
			fd, peer := pair()
			dup, err := syscall.Dup(fd)
			must(err)
			defer syscall.Close(dup)
			must(p.Add(FD(uintptr(fd)), 99, Readable, Level))
			must(syscall.Close(fd))
			must(p.Delete(FD(uintptr(fd))))
			_, err = syscall.Write(peer, []byte("x"))
			must(err)
		}
		before := p.Stats().Kernel.Waits
		if n, err := p.Wait(events, 50*time.Millisecond); n != 0 || err != nil {
			t.Fatalf("%v, %v", events[:n], err)
		}
		if calls := p.Stats().Kernel.Waits - before; calls > uint64(20+4*zombies) {
			t.Errorf("%d zombies: %d waits in 50 ms", zombies, calls)
		}

		for _, peer := range []int{levelPeer, disarmedPeer, silentPeer} {
			_, err := syscall.Write(peer, []byte("x"))
			must(err)
		}
		if n, err := p.Wait(events, -1); err != nil || n != 1 || events[0].Key != 1 {
			t.Fatalf("after the rebuild: %v, %v", events[:n], err)
		}
		must(p.Modify(FD(uintptr(disarmed)), 4, Readable, Oneshot))
		must(p.Delete(FD(uintptr(level))))
		if n, err := p.Wait(events, -1); err != nil || n != 1 || events[0].Key != 4 {
			t.Fatalf("after re-arming: %v, %v", events[:n], err)
		}
	}
}

// With no descriptor left for a new epoll, a dead registration made Wait ask
// 200 000 times a second.
func TestDeadRegistrationDoesNotSpinWithoutDescriptors(t *testing.T) {
	p, err := New(WithMechanism(Epoll))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	must(err)
	dup, err := syscall.Dup(fds[0])
	must(err)
	defer syscall.Close(dup)
	defer syscall.Close(fds[1])
	src := FD(uintptr(fds[0]))
	must(p.Add(src, 1, Readable, Level))
	must(syscall.Close(fds[0]))
	must(p.Delete(src))
	_, err = syscall.Write(fds[1], []byte("x"))
	must(err)

	p.b = unbuildable{p.b}
	const wait = 50 * time.Millisecond
	before := p.Stats().Kernel.Waits
	var events [4]Event
	if n, err := p.Wait(events[:], wait); n != 0 || err != nil {
		t.Fatalf("%v, %v", events[:n], err)
	}
	if calls := p.Stats().Kernel.Waits - before; calls > uint64(10+2*wait/hauntedPause) {
		t.Errorf("%d waits in %v", calls, wait)
	}
}

// unbuildable is a mechanism that has no descriptor for a rebuild.
type unbuildable struct{ backend.Backend }

func (unbuildable) Rebuild(iter.Seq[backend.Registration]) error { return syscall.EMFILE }

func (u unbuildable) Counters() backend.Counters { return u.Backend.(backend.Counter).Counters() }

// A number that was closed and deleted while a duplicate lived, and then made to
// name the same file again, could not be added: the kernel still had it.
func TestNumberThatNamesTheSameFileAgain(t *testing.T) {
	p, err := New(WithMechanism(Epoll))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	must(err)
	dup, err := syscall.Dup(fds[0])
	must(err)
	defer syscall.Close(dup)
	defer syscall.Close(fds[0])
	defer syscall.Close(fds[1])
	src := FD(uintptr(fds[0]))
	must(p.Add(src, 1, Readable, Oneshot))
	must(syscall.Close(fds[0]))
	must(p.Delete(src))
	must(syscall.Dup3(dup, fds[0], syscall.O_CLOEXEC))
	must(p.Add(src, 2, Writable, Oneshot))
	var events [4]Event
	if n, err := p.Wait(events[:], -1); err != nil || n != 1 || events[0] != (Event{Key: 2, Ready: Writable}) {
		t.Fatalf("%v, %v", events[:n], err)
	}
}
