package socknotify

import (
	"errors"
	"slices"
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

// What each mode and interest asks the kernel for.
func TestChanges(t *testing.T) {
	for _, c := range []struct {
		in      backend.Interest
		mode    backend.Mode
		filter  socknotify.Events
		trigger socknotify.Trigger
	}{
		{backend.Readable, backend.Oneshot, socknotify.In | socknotify.HangUp, once},
		{backend.Writable, backend.Oneshot, socknotify.Out, once},
		{rw, backend.EdgeOneshot, socknotify.In | socknotify.Out | socknotify.HangUp, once},
		{backend.Readable, backend.Level, socknotify.In | socknotify.HangUp, once},
		{rw, backend.Edge, socknotify.In | socknotify.Out | socknotify.HangUp, onEdges},
		{0, backend.Edge, 0, once},
		{0, backend.Level, 0, once},
	} {
		p, k := opened(t)
		add(t, p, 5, tok, c.in, c.mode)
		want := socknotify.Registration{Socket: 5, Key: keyed(tok), Filter: uint16(c.filter), Op: socknotify.Enable, Trigger: c.trigger}
		if got := k.taken(); !slices.Equal(got, []socknotify.Registration{want}) {
			t.Errorf("Add with %d in mode %d: %+v, want %+v", c.in, c.mode, got, want)
		}
		if c.trigger == onEdges {
			continue // made anew by Modify
		}
		if err := p.Modify(5, tok, c.in, c.mode); err != nil {
			t.Fatal(err)
		}
		want.Key = again(tok)
		if got := k.taken(); !slices.Equal(got, []socknotify.Registration{want}) {
			t.Errorf("Modify to %d in mode %d: %+v, want %+v", c.in, c.mode, got, want)
		}
	}
}

func TestModifyFails(t *testing.T) {
	p, k := opened(t)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	k.answer = func(socknotify.Registration) socknotify.Result { return scarce }
	if err := p.Modify(5, tok, backend.Writable, backend.Level); err == nil || errors.Is(err, backend.ErrNotFound) {
		t.Fatalf("got %v", err)
	}
	k.answer = nil
	k.packets = []iocp.Entry{packet(tok, socknotify.In|socknotify.Out)}
	wait(t, p, event(tok, backend.ReadyReadable))
	wait(t, p) // and it is oneshot still
	k.answer = func(socknotify.Registration) socknotify.Result { return notASock }
	if err := p.Modify(5, tok, backend.Writable, backend.Level); !errors.Is(err, backend.ErrBadDescriptor) {
		t.Fatalf("a closed socket: %v", err)
	}
	if err := p.Modify(5, tok, backend.Writable, backend.Level); !errors.Is(err, backend.ErrNotFound) {
		t.Errorf("forgotten: %v", err)
	}
}

// In edge mode arming looks, since the kernel does not, and what is found both ways is
// one event.
func TestEdgeLooks(t *testing.T) {
	p, k := opened(t)
	present(k, 0)
	k.look = func(uintptr) (socknotify.Events, error) { return socknotify.In | socknotify.Out, nil }
	add(t, p, 5, tok, backend.Readable, backend.Edge)
	k.packets = []iocp.Entry{packet(tok, socknotify.HangUp)}
	wait(t, p, event(tok, backend.ReadyReadable|backend.ReadyReadClosed))
	if last := k.timeouts[len(k.timeouts)-1]; last != 0 {
		t.Errorf("waited %v with something to report", last)
	}
	wait(t, p)
	if err := p.Modify(5, tok, backend.Writable, backend.Edge); err != nil {
		t.Fatal(err)
	}
	wait(t, p, event(tok, backend.ReadyWritable))
	k.look = func(uintptr) (socknotify.Events, error) { return 0, errors.New("closed") }
	if err := p.Modify(5, tok, backend.Writable, backend.Edge); err != nil {
		t.Fatal(err)
	}
	wait(t, p, event(tok, backend.ReadyWritable|backend.ReadyError|backend.ReadyHangUp))
	// The other modes leave it to the kernel.
	k.look = func(uintptr) (socknotify.Events, error) { t.Error("looked"); return 0, nil }
	for _, mode := range []backend.Mode{backend.Oneshot, backend.Level, backend.EdgeOneshot} {
		if err := p.Modify(5, tok, backend.Writable, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Modify(5, tok, 0, backend.Edge); err != nil {
		t.Fatal(err)
	}
}

// Modify to edge mode makes the registration anew, so that no packet from before can end
// it and what is looked at is what was registered.
func TestModifyToEdge(t *testing.T) {
	p, k := opened(t)
	present(k, 0)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	k.log = nil
	k.packets = []iocp.Entry{packet(tok, socknotify.In)} // from before
	if err := p.Modify(5, tok, backend.Readable, backend.Edge); err != nil {
		t.Fatal(err)
	}
	if got := k.taken(); len(got) != 2 || got[0].Op != socknotify.Remove || got[1].Key != keyed(tok) || got[1].Trigger != onEdges {
		t.Errorf("the changes were %+v", got)
	}
	wait(t, p)
	k.packets = []iocp.Entry{packet(tok, socknotify.In)}
	wait(t, p, event(tok, backend.ReadyReadable))
	wait(t, p)
}

// The number was closed, and who has it now is not registered or was registered by mistake.
func TestModifyToEdgeOfAClosedNumber(t *testing.T) {
	for name, answer := range map[string]func(k *script) func(r socknotify.Registration) socknotify.Result{
		"closed": func(*script) func(r socknotify.Registration) socknotify.Result {
			return func(socknotify.Registration) socknotify.Result { return notASock }
		},
		"reused": func(*script) func(r socknotify.Registration) socknotify.Result {
			return func(r socknotify.Registration) socknotify.Result {
				if r.Op != socknotify.Remove {
					t.Errorf("a stranger was registered: %+v", r)
				}
				return notFound
			}
		},
		"mistaken": func(k *script) func(r socknotify.Registration) socknotify.Result {
			return func(r socknotify.Registration) socknotify.Result {
				if r.Op != socknotify.Remove {
					t.Errorf("a stranger was registered: %+v", r)
				}
				k.packets = append(k.packets, iocp.Entry{Key: again(tok), Bytes: uint32(socknotify.Removed)})
				return socknotify.Success
			}
		},
	} {
		p, k := opened(t)
		add(t, p, 5, tok, backend.Readable, backend.Oneshot)
		k.answer = answer(k)
		k.look = func(uintptr) (socknotify.Events, error) { t.Error("looked at a stranger"); return 0, nil }
		for range 2 {
			err := p.Modify(5, tok, backend.Readable, backend.Edge)
			if !errors.Is(err, backend.ErrNotFound) && !errors.Is(err, backend.ErrBadDescriptor) {
				t.Errorf("%s: %v", name, err)
			}
		}
		k.answer = nil
		wait(t, p)
	}
}

// A Modify to edge mode that fails half-way brings back what stood.
func TestModifyToEdgeFails(t *testing.T) {
	for _, c := range []struct {
		name    string
		refuse  int // how many enablings fail
		changes int // made by the Wait after
	}{{"once", 1, 0}, {"twice", 2, 1}} {
		p, k := opened(t)
		present(k, 0)
		add(t, p, 5, tok, backend.Writable, backend.Oneshot)
		inner, left := k.answer, c.refuse
		k.answer = func(r socknotify.Registration) socknotify.Result {
			if r.Op == socknotify.Enable && left > 0 {
				left--
				return scarce
			}
			return inner(r)
		}
		if err := p.Modify(5, tok, backend.Readable, backend.Edge); err == nil || errors.Is(err, backend.ErrNotFound) {
			t.Fatalf("%s: %v", c.name, err)
		}
		k.log = nil
		wait(t, p)
		if got := k.taken(); len(got) != c.changes || len(got) > 0 && got[0].Key != keyed(tok) {
			t.Errorf("%s: the next Wait made the changes %+v", c.name, got)
		}
		k.packets = []iocp.Entry{packet(tok, socknotify.In|socknotify.Out)}
		wait(t, p, event(tok, backend.ReadyWritable))
	}
	p, k := opened(t)
	add(t, p, 5, tok, backend.Writable, backend.Oneshot)
	k.fail = func([]socknotify.Registration) socknotify.Result { return scarce }
	if err := p.Modify(5, tok, backend.Readable, backend.Edge); err == nil || errors.Is(err, backend.ErrNotFound) {
		t.Fatal(err)
	}
	k.packets = []iocp.Entry{packet(tok, socknotify.In|socknotify.Out)}
	wait(t, p, event(tok, backend.ReadyWritable))
}
