//go:build unix

package pollfd

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"golang.org/x/sys/unix"
)

func open(t testing.TB) *Poll {
	t.Helper()
	p, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// pair makes connected sockets that the test may close itself.
func pair(t testing.TB) (near, far int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	return fds[0], fds[1]
}

func write(t testing.TB, fd int) {
	t.Helper()
	if _, err := unix.Write(fd, []byte("x")); err != nil {
		t.Fatal(err)
	}
}

// sleepBeside returns when a Wait in another goroutine sleeps. A signal, of the runtime's own at that,
// may have ended one before; and it may end this one.
func sleepBeside(t testing.TB, p *Poll) <-chan answer {
	t.Helper()
	done := waitBeside(p, make([]backend.Event, 1))
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Microsecond) {
		p.mu.Lock()
		sleeping := p.sleeping && !p.woken
		p.mu.Unlock()
		if sleeping {
			return done
		}
		select {
		case got := <-done:
			if got.n != 0 || got.err != nil {
				t.Fatalf("Wait: %d, %v", got.n, got.err)
			}
			done = waitBeside(p, make([]backend.Event, 1))
		default:
		}
		if time.Now().After(deadline) {
			t.Fatal("the Wait does not sleep")
		}
	}
}

type answer struct {
	n   int
	err error
}

func waitBeside(p *Poll, events []backend.Event) <-chan answer {
	done := make(chan answer, 1)
	go func() {
		n, err := p.Wait(events, 10*time.Second)
		done <- answer{n, err}
	}()
	return done
}

func TestChangesWakeOnlyWhenTheyMatter(t *testing.T) {
	tests := []struct {
		name  string
		do    func(p *Poll, a, b int) error
		wakes bool
	}{
		{"add", func(p *Poll, a, b int) error {
			return p.Add(uintptr(b), backend.MakeToken(1, 1), 0, backend.Readable, backend.Level)
		}, true},
		{"add with an empty interest", func(p *Poll, a, b int) error {
			return p.Add(uintptr(b), backend.MakeToken(1, 1), 0, 0, backend.Level)
		}, false},
		{"modify to more", func(p *Poll, a, b int) error {
			return p.Modify(uintptr(a), backend.MakeToken(0, 1), backend.Readable|backend.Priority, backend.Level)
		}, true},
		{"modify to the same", func(p *Poll, a, b int) error {
			return p.Modify(uintptr(a), backend.MakeToken(0, 1), backend.Readable, backend.Oneshot)
		}, false},
		{"modify to nothing", func(p *Poll, a, b int) error {
			return p.Modify(uintptr(a), backend.MakeToken(0, 1), 0, backend.Level)
		}, true},
		{"delete", func(p *Poll, a, b int) error { return p.Delete(uintptr(a), backend.MakeToken(0, 1)) }, true},
		{"notify", func(p *Poll, a, b int) error { return p.Notify() }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// What a signal has ended looks as if it had been woken. It does not each time.
			for try := 1; changeWakes(t, tt.do) != tt.wakes; try++ {
				if try == 10 {
					t.Fatalf("woken: %v, want %v, ten times", !tt.wakes, tt.wakes)
				}
			}
		})
	}
}

// changeWakes says whether a change ends a Wait that sleeps.
func changeWakes(t *testing.T, change func(p *Poll, a, b int) error) bool {
	p := open(t)
	a, b := pair(t)
	defer unix.Close(a)
	defer unix.Close(b)
	if err := p.Add(uintptr(a), backend.MakeToken(0, 1), 0, backend.Readable, backend.Level); err != nil {
		t.Fatal(err)
	}
	done := sleepBeside(t, p)
	if err := change(p, a, b); err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	woken := p.woken || !p.sleeping
	p.mu.Unlock()
	if err := p.Notify(); err != nil {
		t.Fatal(err)
	}
	if got := <-done; got.n != 0 || got.err != nil {
		t.Errorf("Wait: %d, %v", got.n, got.err)
	}
	return woken
}

// The kernel keeps what it polls open: without a wake-up the peer would hear of
// the close only when something else ends the poll.
func TestDeleteLetsGoOfASleepersSocket(t *testing.T) {
	p := open(t)
	near, far := pair(t)
	defer unix.Close(far)
	tok := backend.MakeToken(0, 1)
	if err := p.Add(uintptr(near), tok, 0, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	done := sleepBeside(t, p)
	if err := p.Delete(uintptr(near), tok); err != nil {
		t.Fatal(err)
	}
	if err := unix.Close(near); err != nil {
		t.Fatal(err)
	}
	fds := []unix.PollFd{{Fd: int32(far), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, 10_000)
	for err == unix.EINTR {
		n, err = unix.Poll(fds, 10_000)
	}
	if n != 1 || err != nil {
		t.Errorf("the peer does not hear of the close: %d, %v", n, err)
	}
	<-done
}

func TestAddRefuses(t *testing.T) {
	p := open(t)
	file, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	dir, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	a, b := pair(t)
	defer unix.Close(b)
	unix.Close(a)
	tests := []struct {
		name string
		h    uintptr
		mode backend.Mode
		want []error
	}{
		{"file", file.Fd(), backend.Level, []error{backend.ErrUnsupported}},
		{"directory", dir.Fd(), backend.Level, []error{backend.ErrUnsupported}},
		{"closed", uintptr(a), backend.Level, []error{backend.ErrBadDescriptor, unix.EBADF}},
		{"too large", ^uintptr(0), backend.Level, []error{backend.ErrBadDescriptor, unix.EBADF}},
		{"edge", uintptr(b), backend.Edge, []error{backend.ErrUnsupported}},
	}
	for i, tt := range tests {
		err := p.Add(tt.h, backend.MakeToken(uint32(i), 1), 0, backend.Readable, tt.mode)
		for _, want := range tt.want {
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", tt.name, err, want)
			}
		}
	}
	if n := len(p.set.fds); n != 0 {
		t.Errorf("%d registrations after refusals", n)
	}
}

func TestNumberReuse(t *testing.T) {
	p := open(t)
	if !p.Features().ForgetsClosed {
		t.Skip("this system gives sockets no inode numbers")
	}
	near, far := pair(t)
	defer unix.Close(far)
	old := backend.MakeToken(0, 1)
	if err := p.Add(uintptr(near), old, 0, backend.Readable, backend.Level); err != nil {
		t.Fatal(err)
	}
	if err := p.Add(uintptr(near), backend.MakeToken(1, 1), old, backend.Readable, backend.Level); !errors.Is(err, backend.ErrExists) {
		t.Errorf("second Add: %v, want ErrExists", err)
	}
	// Put another socket, which is readable, under the number.
	near2, far2 := pair(t)
	defer unix.Close(far2)
	write(t, far2)
	if err := unix.Dup2(near2, near); err != nil {
		t.Fatal(err)
	}
	unix.Close(near2)
	defer unix.Close(near)
	events := make([]backend.Event, 4)
	if n, err := p.Wait(events, 0); n != 0 || err != nil {
		t.Fatalf("Wait: %v, %v; another file's event came under the old token", events[:n], err)
	}
	if err := p.Modify(uintptr(near), old, backend.Readable, backend.Level); !errors.Is(err, backend.ErrNotFound) {
		t.Errorf("Modify of the old registration: %v, want ErrNotFound", err)
	}
	fresh := backend.MakeToken(1, 1)
	if err := p.Add(uintptr(near), fresh, old, backend.Readable, backend.Level); err != nil {
		t.Fatalf("Add of the new socket: %v", err)
	}
	if n, err := p.Wait(events, 0); n != 1 || err != nil || events[0].Token != fresh {
		t.Errorf("Wait: %v, %v", events[:n], err)
	}
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	p := open(t)
	near, far := pair(t)
	defer unix.Close(near)
	defer unix.Close(far)
	write(t, far)
	tok := backend.MakeToken(0, 1)
	if err := p.Add(uintptr(near), tok, 0, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	events := make([]backend.Event, 8)
	allocs := testing.AllocsPerRun(100, func() {
		if n, err := p.Wait(events, time.Second); n != 1 || err != nil {
			t.Fatalf("Wait: %d, %v", n, err)
		}
		if err := p.Modify(uintptr(near), tok, backend.Readable, backend.Oneshot); err != nil {
			t.Fatal(err)
		}
		if err := p.Notify(); err != nil {
			t.Fatal(err)
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations for an event", allocs)
	}
}
