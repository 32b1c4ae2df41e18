//go:build unix

package poll

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
)

var testSignal os.Signal = syscall.SIGUSR2

func raise(t testing.TB) {
	if err := syscall.Kill(os.Getpid(), syscall.SIGUSR2); err != nil {
		t.Error(err)
	}
}

// A process that a signal has ended says which.
func TestProcessKilled(t *testing.T) {
	for _, m := range testedMechanisms(t) {
		t.Run(string(m), func(t *testing.T) {
			p := openTested(t, m)
			defer p.Close()
			cmd, _ := child(t)
			x, err := p.AddProcess(1, cmd.Process.Pid)
			if errors.Is(err, ErrUnsupported) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			one(t, p, 1)
			if exit, over := x.Exited(); !over || exit != (Exit{Known: true, Code: -1, Signal: int(syscall.SIGKILL)}) {
				t.Errorf("got %+v, %t", exit, over)
			}
		})
	}
}

// Two registrations of one signal both get it, and others keep what they asked for.
func TestSignalsAreNotStolen(t *testing.T) {
	for _, m := range testedMechanisms(t) {
		t.Run(string(m), func(t *testing.T) {
			p, q := openTested(t, m), openTested(t, m)
			defer p.Close()
			defer q.Close()
			x, err := p.AddSignals(1, testSignal, syscall.SIGWINCH)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := q.AddSignals(2, testSignal); err != nil {
				t.Fatal(err)
			}
			raise(t)
			one(t, p, 1)
			one(t, q, 2)
			if sigs := x.Take(); !slices.Equal(sigs, []os.Signal{testSignal}) {
				t.Errorf("got %v", sigs)
			}
		})
	}
}

// No descriptor is left behind, whether a thing was deleted or its Poller closed.
func TestExtraLeavesNoDescriptor(t *testing.T) {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip(err)
	}
	eachExtra(t, func(t *testing.T, p *Poller, kind extraKind, _ func(Key) *extraRig) {
		if kind.once {
			t.Skip("the child's own pipes come and go")
		}
		// A first one opens what the process keeps.
		count := func() (n int) {
			for fd := range 4096 {
				if _, err := os.Lstat(filepath.Join("/proc/self/fd", strconv.Itoa(fd))); err == nil {
					n++
				}
			}
			return n
		}
		before := -1
		for range 3 {
			q := openTested(t, p.Mechanism())
			x, err := kind.add(t, q, 1)
			if err != nil {
				q.Close()
				if errors.Is(err, ErrUnsupported) {
					t.Skip(err)
				}
				t.Fatal(err)
			}
			if err := x.remove(); err != nil {
				t.Fatal(err)
			}
			if _, err := kind.add(t, q, 2); err != nil {
				t.Fatal(err)
			}
			if err := q.Close(); err != nil {
				t.Fatal(err)
			}
			now := count()
			if before >= 0 && now > before {
				t.Errorf("%d descriptors became %d", before, now)
			}
			before = now
		}
	})
}
