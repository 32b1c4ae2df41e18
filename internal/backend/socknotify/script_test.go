package socknotify

import (
	"slices"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

// script is a kernel whose answers the test decides. By itself it has no registration to
// remove and takes every other change.
type script struct {
	// answer decides a change; fail a call.
	answer func(r socknotify.Registration) socknotify.Result
	fail   func(regs []socknotify.Registration) socknotify.Result
	look   func(s uintptr) (socknotify.Events, error)
	// packets is what Dequeue returns next.
	packets []iocp.Entry
	// log holds the changes, calls their number of calls.
	log   []socknotify.Registration
	calls int
	wakes int
	// timeouts are those of Dequeue. stall, if it is there, is called at the end of one.
	timeouts []time.Duration
	stall    func()
	closed   bool
}

const notFound socknotify.Result = 1168

func (k *script) Base(h uintptr) (uintptr, error) { return h, nil }

func (k *script) Process(regs []socknotify.Registration) socknotify.Result {
	k.calls++
	if k.fail != nil {
		if r := k.fail(regs); r != socknotify.Success {
			return r
		}
	}
	for i := range regs {
		k.log = append(k.log, regs[i])
		switch {
		case k.answer != nil:
			regs[i].Result = k.answer(regs[i])
		case regs[i].Op == socknotify.Remove:
			regs[i].Result = notFound
		}
	}
	return socknotify.Success
}

func (k *script) Look(s uintptr) (socknotify.Events, error) {
	if k.look == nil {
		return 0, nil
	}
	return k.look(s)
}

func (k *script) Dequeue(entries []iocp.Entry, timeout time.Duration) (int, error) {
	k.timeouts = append(k.timeouts, timeout)
	n := copy(entries, k.packets)
	k.packets = k.packets[n:]
	if n == 0 && timeout > 0 {
		time.Sleep(timeout) // a bubble's clock
	}
	if k.stall != nil {
		k.stall()
	}
	return n, nil
}

func (k *script) Wake() error  { k.wakes++; return nil }
func (k *script) Close() error { k.closed = true; return nil }

// taken returns the changes since the last call, but for removals that met nothing.
func (k *script) taken() []socknotify.Registration {
	log := slices.DeleteFunc(k.log, func(r socknotify.Registration) bool {
		return r.Op == socknotify.Remove && k.answer == nil
	})
	k.log = nil
	return log
}

const (
	once    = socknotify.Oneshot | socknotify.Level
	onEdges = socknotify.Persistent | socknotify.Edge
	rw      = backend.Readable | backend.Writable
)

// wide keys need a 64-bit host.
const wide = ^uintptr(0)>>32 != 0

var tok = backend.MakeToken(3, 9)

func opened(t *testing.T) (*Poll, *script) {
	t.Helper()
	k := &script{}
	return New(k, Config{Wide: wide, Edge: true, KeepsKey: true}), k
}

// keyed is the key that a registration is made with, and again the one that it is enabled
// with once it stands.
func keyed(tok backend.Token) uintptr {
	key, _ := keys{wide}.of(tok)
	return key
}

func again(tok backend.Token) uintptr { return keyed(tok) | keys{wide}.mistaken() }

func packet(tok backend.Token, events socknotify.Events) iocp.Entry {
	return iocp.Entry{Key: keyed(tok), Bytes: uint32(events)}
}

func wait(t *testing.T, p *Poll, want ...backend.Event) {
	t.Helper()
	events := make([]backend.Event, 8)
	n, err := p.Wait(events, 0)
	if err != nil || !slices.Equal(events[:n], want) {
		t.Fatalf("got %+v, %v; want %+v", events[:n], err, want)
	}
}

func add(t *testing.T, p *Poll, s uintptr, tok backend.Token, in backend.Interest, mode backend.Mode) {
	t.Helper()
	if err := p.Add(s, tok, 0, in, mode); err != nil {
		t.Fatal(err)
	}
}

func event(tok backend.Token, r backend.Readiness) backend.Event {
	return backend.Event{Token: tok, Ready: r}
}
