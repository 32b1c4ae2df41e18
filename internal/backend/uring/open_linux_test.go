package uring

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/goetia-go/goetia/internal/backend"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) {
	if os.Getenv("GOETIA_TEST_SECCOMP") != "" {
		openForbidden()
	}
	os.Exit(m.Run())
}

// opened makes a Poll, or skips where the kernel has none. An ordinary user's rings are bounded, and
// those of other tests count until some time after they were closed.
func opened(t *testing.T, requests, answers uint32) *Poll {
	t.Helper()
	p, err := open(requests, answers)
	for deadline := time.Now().Add(time.Minute); errors.Is(err, unix.ENOMEM) && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
		p, err = open(requests, answers)
	}
	if errors.Is(err, backend.ErrUnsupported) {
		t.Skip(err)
	}
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

func eventfd(t *testing.T) int {
	t.Helper()
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return fd
}

func signal(t *testing.T, fd int) {
	t.Helper()
	var one [8]byte
	*(*uint64)(unsafe.Pointer(&one)) = 1
	if _, err := unix.Write(fd, one[:]); err != nil {
		t.Error(err)
	}
}

// When a thread ends, the kernel cancels the polls that it had asked for.
func TestThreadThatAskedEnds(t *testing.T) {
	for name, mode := range map[string]backend.Mode{"oneshot": backend.Oneshot, "level": backend.Level, "edge": backend.Edge} {
		t.Run(name, func(t *testing.T) {
			p := opened(t, requests, answers)
			fd := eventfd(t)
			thread := make(chan int)
			onThreadThatEnds(func() {
				if err := p.Add(uintptr(fd), 1, 0, backend.Readable, mode); err != nil {
					t.Error(err)
				}
				if n, err := p.Wait(make([]backend.Event, 1), 0); n != 0 || err != nil {
					t.Error(n, err)
				}
				thread <- unix.Gettid()
			})
			tid := <-thread
			for deadline := time.Now().Add(30 * time.Second); unix.Tgkill(unix.Getpid(), tid, 0) == nil; {
				if time.Now().After(deadline) {
					t.Fatal("the thread lives on")
				}
				time.Sleep(time.Millisecond)
			}
			signal(t, fd)
			events := make([]backend.Event, 4)
			for deadline := time.Now().Add(30 * time.Second); ; {
				n, err := p.Wait(events, time.Second)
				if err != nil {
					t.Fatal(err)
				}
				if n == 1 && events[0] == (backend.Event{Token: 1, Ready: backend.ReadyReadable}) {
					return
				}
				if n != 0 || time.Now().After(deadline) {
					t.Fatalf("got %v", events[:n])
				}
			}
		})
	}
}

// onThreadThatEnds runs f on a thread that ends afterwards, which the first one of a
// process never does.
func onThreadThatEnds(f func()) {
	go func() {
		runtime.LockOSThread() // and never unlocked
		if unix.Gettid() != unix.Getpid() {
			f()
			return
		}
		done := make(chan struct{})
		onThreadThatEnds(func() { f(); close(done) })
		<-done
	}()
}

// Many more answers than there are places for lose nothing.
func TestOverflow(t *testing.T) {
	const n = 300
	for name, mode := range map[string]backend.Mode{"oneshot": backend.Oneshot, "level": backend.Level, "edge": backend.Edge} {
		t.Run(name, func(t *testing.T) {
			p := opened(t, 4, 4)
			var fds [n]int
			for i := range fds {
				fds[i] = eventfd(t)
				if err := p.Add(uintptr(fds[i]), backend.MakeToken(uint32(i), 1), 0, backend.Readable, mode); err != nil {
					t.Fatal(err)
				}
			}
			events := make([]backend.Event, n)
			if k, err := p.Wait(events, 0); k != 0 || err != nil {
				t.Fatal(k, err)
			}
			for range 3 {
				for _, fd := range fds {
					signal(t, fd)
				}
				seen := map[backend.Token]bool{}
				for deadline := time.Now().Add(30 * time.Second); len(seen) < n; {
					k, err := p.Wait(events, time.Second)
					if err != nil || time.Now().After(deadline) {
						t.Fatalf("%d of %d were reported; %v", len(seen), n, err)
					}
					for _, ev := range events[:k] {
						seen[ev.Token] = true
						if mode == backend.Oneshot {
							if err := p.Modify(0, ev.Token, backend.Readable, mode); err != nil {
								t.Fatal(err)
							}
						}
					}
				}
				if c := p.Counters(); c.Outstanding > n {
					t.Errorf("the kernel holds %d polls of %d sources", c.Outstanding, n)
				}
			}
		})
	}
}

// What becomes ready at any moment of opening and shutting the gate is found.
func TestGateLosesNothing(t *testing.T) {
	const ticks = 10_000
	for name, mode := range map[string]backend.Mode{"oneshot": backend.Oneshot, "level": backend.Level, "edge": backend.Edge} {
		t.Run(name, func(t *testing.T) {
			p := opened(t, requests, answers)
			fd := eventfd(t)
			if err := p.Add(uintptr(fd), 1, 0, backend.Readable, mode); err != nil {
				t.Fatal(err)
			}
			handled, done := make(chan struct{}, 1), make(chan struct{})
			go func() {
				defer close(done)
				for i := range ticks {
					for range i % 7 * 3 { // another moment each time
						runtime.Gosched()
					}
					signal(t, fd)
					<-handled
				}
			}()
			events, buf := make([]backend.Event, 4), make([]byte, 8)
			for i := range ticks {
				// A multishot poll may say twice what happened once.
				for deadline := time.Now().Add(30 * time.Second); ; {
					n, err := p.Wait(events, time.Second)
					if err != nil || time.Now().After(deadline) {
						t.Fatalf("tick %d: %d events, %v", i, n, err)
					}
					if n == 0 {
						continue
					}
					if _, err := unix.Read(fd, buf); err == nil {
						break
					}
				}
				if mode == backend.Oneshot {
					if err := p.Modify(uintptr(fd), 1, backend.Readable, mode); err != nil {
						t.Fatal(err)
					}
				}
				handled <- struct{}{}
			}
			<-done
		})
	}
}

// A change costs a call only while somebody sleeps who must be in for it, and Delete only
// if the kernel holds a poll.
func TestChangesAreNotes(t *testing.T) {
	p := opened(t, requests, answers)
	fd := eventfd(t)
	events := make([]backend.Event, 1)
	wait := func(want int) {
		t.Helper()
		if n, err := p.Wait(events, 0); n != want || err != nil {
			t.Fatalf("%d events, %v; want %d", n, err, want)
		}
	}
	before := p.Counters().Waits
	wait(0)
	if err := p.Add(uintptr(fd), 1, 0, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	signal(t, fd)
	wait(1)
	for range 10 {
		if err := p.Modify(uintptr(fd), 1, backend.Readable, backend.Oneshot); err != nil {
			t.Fatal(err)
		}
		wait(1)
	}
	if err := p.Delete(uintptr(fd), 1); err != nil {
		t.Fatal(err)
	}
	if c := p.Counters(); c.Changes != 0 || c.Waits-before != 11 || c.Outstanding != 0 {
		t.Errorf("%+v, of which %d waits before", c, before)
	}
}

// Where io_uring is forbidden, the error says so.
func TestForbidden(t *testing.T) {
	opened(t, requests, answers)
	for errno, want := range map[string]string{"EPERM": "seccomp", "ENOSYS": "seccomp"} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "GOETIA_TEST_SECCOMP="+errno)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() == noSeccomp {
			t.Skipf("no seccomp filter can be set here: %s", out)
		}
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v: %s", errno, err, out)
		}
	}
}

const noSeccomp = 77

// openForbidden is the child process of TestForbidden.
func openForbidden() {
	errno := unix.EPERM
	if os.Getenv("GOETIA_TEST_SECCOMP") == "ENOSYS" {
		errno = unix.ENOSYS
	}
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // the call's number
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_IO_URING_SETUP, Jt: 0, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(errno)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		println("prctl:", err.Error())
		os.Exit(noSeccomp)
	}
	if _, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&prog))); e != 0 {
		println("seccomp:", e.Error())
		os.Exit(noSeccomp)
	}
	p, err := Open()
	if err == nil {
		println("opened", p)
		os.Exit(1)
	}
	println(err.Error())
	if !errors.Is(err, backend.ErrUnsupported) || !errors.Is(err, errno) {
		os.Exit(1)
	}
	os.Exit(0)
}
