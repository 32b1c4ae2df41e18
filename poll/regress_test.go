package poll

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/faulty"
	"github.com/goetia-go/goetia/internal/backend/sim"
)

// mustReturn requires that a Wait without limit returns. If it does not, the
// test binary's own time limit says where it stands.
func mustReturn(t *testing.T, p *Poller) {
	t.Helper()
	var events [1]Event
	if n, err := p.Wait(events[:], -1); n != 0 || err != nil {
		t.Fatalf("Wait: %d, %v", n, err)
	}
}

// After a notification that the mechanism refused, all later ones were taken for
// coalesced, and lost.
func TestNotifyAfterOneThatFailed(t *testing.T) {
	var k sim.Kernel
	refusal := errors.New("refused")
	p := newPoller("sim", faulty.Wrap(k.Open(sim.Config{}), faulty.Plan{
		Fail: []faulty.Failure{{Call: faulty.Notify, Nth: 1, Err: refusal}},
	}))
	defer p.Close()
	if err := p.Notify(); !errors.Is(err, refusal) {
		t.Fatalf("Notify: %v", err)
	}
	if err := p.Notify(); err != nil {
		t.Fatal(err)
	}
	mustReturn(t, p)
}

// swallower fails its first Wait after it has consumed the notification.
type swallower struct {
	backend.Backend
	failure error
}

func (s *swallower) Wait(events []backend.Event, timeout time.Duration) (int, error) {
	n, err := s.Backend.Wait(events, timeout)
	if s.failure != nil {
		n, err, s.failure = 0, s.failure, nil
	}
	return n, err
}

func TestNotifyAfterAWaitThatFailed(t *testing.T) {
	var k sim.Kernel
	failure := errors.New("failed")
	p := newPoller("sim", &swallower{k.Open(sim.Config{}), failure})
	defer p.Close()
	if err := p.Notify(); err != nil {
		t.Fatal(err)
	}
	var events [1]Event
	if _, err := p.Wait(events[:], -1); !errors.Is(err, failure) {
		t.Fatalf("Wait: %v", err)
	}
	if err := p.Notify(); err != nil {
		t.Fatal(err)
	}
	mustReturn(t, p)
}

// The zero Source was descriptor 0: whoever overlooked Conn's error watched
// standard input.
func TestZeroValues(t *testing.T) {
	p, err := New(nil)
	if errors.Is(err, ErrUnsupported) {
		t.Skipf("no mechanism here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Add(Source{}, 1, Readable, Oneshot); !errors.Is(err, ErrInvalid) {
		t.Errorf("Add of the zero Source: %v", err)
	}
	var zero Poller
	var events [1]Event
	if _, err := zero.Wait(events[:], 0); !errors.Is(err, ErrClosed) {
		t.Errorf("Wait: %v", err)
	}
	if err := zero.Notify(); !errors.Is(err, ErrClosed) {
		t.Errorf("Notify: %v", err)
	}
	if err := zero.Add(FD(0), 1, Readable, Oneshot); !errors.Is(err, ErrClosed) {
		t.Errorf("Add: %v", err)
	}
	if err := zero.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// hollow is a connection without a descriptor to show.
type hollow struct{ raw syscall.RawConn }

func (h hollow) SyscallConn() (syscall.RawConn, error) { return h.raw, nil }

// mute is a RawConn that does not call back.
type mute struct{ syscall.RawConn }

func (mute) Control(func(uintptr)) error { return nil }

func TestConnWithoutADescriptor(t *testing.T) {
	for _, c := range []syscall.Conn{nil, hollow{}, hollow{mute{}}} {
		if src, err := Conn(c); !errors.Is(err, ErrInvalid) {
			t.Errorf("Conn(%v): %v, %v", c, src, err)
		}
	}
}
