package poll

import (
	"errors"
	"os"
	"reflect"
	"syscall"
	"testing"
)

var (
	kernel32           = syscall.NewLazyDLL("kernel32.dll")
	createEvent        = kernel32.NewProc("CreateEventW")
	setEvent           = kernel32.NewProc("SetEvent")
	createSemaphore    = kernel32.NewProc("CreateSemaphoreW")
	createMutex        = kernel32.NewProc("CreateMutexW")
	processHandleCount = kernel32.NewProc("GetProcessHandleCount")
)

// object makes a kernel object that is closed when the test ends.
func object(t testing.TB, create *syscall.LazyProc, args ...uintptr) uintptr {
	t.Helper()
	h, _, err := create.Call(args...)
	if h == 0 {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.CloseHandle(syscall.Handle(h)) })
	return h
}

const (
	autoReset   = 0
	manualReset = 1
)

var handleKind = extraKind{name: "handle", many: 100, add: func(t testing.TB, p *Poller, key Key) (*extraRig, error) {
	h := object(t, createEvent, 0, autoReset, 0, 0)
	x, err := p.AddHandle(key, h)
	if err != nil {
		return nil, err
	}
	return &extraRig{
		fire: func() {
			if ok, _, err := setEvent.Call(h); ok == 0 {
				t.Error(err)
			}
		},
		taken:  func() bool { return x.Rearm() == nil },
		remove: x.Delete,
	}, nil
}}

// A handle that stays signalled is reported once for each Rearm; one that counts is
// taken once for each.
func TestHandleKinds(t *testing.T) {
	for _, m := range testedMechanisms(t) {
		t.Run(string(m), func(t *testing.T) {
			p := openTested(t, m)
			defer p.Close()
			for what, h := range map[string]uintptr{
				"manual-reset event": object(t, createEvent, 0, manualReset, 1, 0),
				"semaphore":          object(t, createSemaphore, 0, 4, 4, 0),
			} {
				x, err := p.AddHandle(1, h)
				if err != nil {
					t.Fatal(err)
				}
				for range 4 {
					one(t, p, 1)
					none(t, p, "reported")
					if err := x.Rearm(); err != nil {
						t.Fatal(err)
					}
				}
				if what == "semaphore" {
					none(t, p, "all four were taken")
				} else {
					one(t, p, 1)
				}
				if err := x.Rearm(); err != nil {
					t.Fatal(err)
				}
				if err := x.Rearm(); err != nil {
					t.Errorf("twice: %v", err)
				}
				if err := x.Delete(); err != nil {
					t.Fatal(err)
				}
				if err := x.Rearm(); !errors.Is(err, ErrNotFound) {
					t.Errorf("Rearm after Delete: %v", err)
				}
			}
		})
	}
}

func TestHandlesRefused(t *testing.T) {
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	f, err := os.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	mutex := object(t, createMutex, 0, 0, 0)
	closed := object(t, createEvent, 0, autoReset, 0, 0)
	if err := syscall.CloseHandle(syscall.Handle(closed)); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		h    uintptr
		want error
	}{
		"a mutex":  {mutex, ErrUnsupported},
		"a file":   {f.Fd(), ErrUnsupported},
		"nothing":  {0, ErrBadDescriptor},
		"all ones": {^uintptr(0) - 2, ErrBadDescriptor},
		"closed":   {closed, ErrBadDescriptor},
	} {
		if _, err := p.AddHandle(1, c.h); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
}

// No handle is left behind, whether a thing was deleted or its Poller closed.
func TestExtraLeavesNoHandle(t *testing.T) {
	count := func() int {
		var n uint32
		self, err := syscall.GetCurrentProcess()
		if err != nil {
			t.Fatal(err)
		}
		if ok, _, err := processHandleCount.Call(uintptr(self), reflect.ValueOf(&n).Pointer()); ok == 0 {
			t.Fatal(err)
		}
		return int(n)
	}
	for _, kind := range []extraKind{handleKind, extraKinds[0], extraKinds[1]} {
		t.Run(kind.name, func(t *testing.T) {
			h := object(t, createEvent, 0, autoReset, 0, 0)
			round := func() {
				p, err := New()
				if err != nil {
					t.Fatal(err)
				}
				defer p.Close()
				if kind.name != "handle" {
					if _, err := kind.add(t, p, 1); err != nil {
						t.Fatal(err)
					}
					return
				}
				x, err := p.AddHandle(1, h)
				if err != nil {
					t.Fatal(err)
				}
				if err := x.Delete(); err != nil {
					t.Fatal(err)
				}
				if _, err := p.AddHandle(1, h); err != nil {
					t.Fatal(err)
				}
			}
			round()
			// One that is left behind is left in every round. The runtime's threads have some each,
			// and may be started at any time.
			const rounds = 40
			before := count()
			for range rounds {
				round()
			}
			if after := count(); after >= before+rounds {
				t.Errorf("%d handles became %d in %d rounds", before, after, rounds)
			}
		})
	}
}
