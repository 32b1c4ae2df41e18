package socknotify

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

const (
	scarce   socknotify.Result = 8
	notASock socknotify.Result = 10038
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

func TestDecode(t *testing.T) {
	const wrong = backend.ReadyError | backend.ReadyHangUp | backend.ReadyConnectFailed
	for _, c := range []struct {
		events socknotify.Events
		in     backend.Interest
		want   backend.Readiness
	}{
		{socknotify.In, rw, backend.ReadyReadable},
		{socknotify.Out, rw, backend.ReadyWritable},
		{socknotify.In | socknotify.Out, backend.Writable, backend.ReadyWritable},
		{socknotify.HangUp, rw, backend.ReadyReadable | backend.ReadyReadClosed},
		{socknotify.HangUp, backend.Writable, 0},
		{socknotify.Err, backend.Writable, wrong | backend.ReadyWritable},
		{socknotify.Err | socknotify.HangUp, backend.Readable, wrong | backend.ReadyReadable | backend.ReadyReadClosed},
		{socknotify.Err, 0, 0},
	} {
		if got := decode(c.events).Mask(c.in); got != c.want {
			t.Errorf("%#x for interest %d: %#x, want %#x", c.events, c.in, got, c.want)
		}
	}
	for revents, want := range map[uint16]socknotify.Events{
		0x100: socknotify.In, 0x10: socknotify.Out, 0x2: socknotify.HangUp, 0x1: socknotify.Err, 0x4: socknotify.Err,
		0x113: socknotify.In | socknotify.Out | socknotify.HangUp | socknotify.Err, 0x600: 0,
	} {
		if got := looked(revents); got != want {
			t.Errorf("WSAPoll's %#x: %#x, want %#x", revents, got, want)
		}
	}
}

// Sources in level mode that have reported are armed by the next Wait, all with one call,
// and once.
func TestLevelIsArmedByTheNextWait(t *testing.T) {
	p, k := opened(t)
	var tokens []backend.Token
	var want []backend.Event
	for i := range uint32(3) {
		tokens = append(tokens, backend.MakeToken(i, 7))
		add(t, p, uintptr(10+i), tokens[i], backend.Readable, backend.Level)
		k.packets = append(k.packets, packet(tokens[i], socknotify.In))
		want = append(want, event(tokens[i], backend.ReadyReadable))
	}
	k.taken()
	wait(t, p, want...)
	if got := k.taken(); len(got) != 0 {
		t.Fatalf("armed too early: %+v", got)
	}
	calls := k.calls
	wait(t, p)
	if got := k.taken(); len(got) != 3 || k.calls != calls+1 || got[2].Socket != 12 || got[2].Key != again(tokens[2]) {
		t.Errorf("%d calls made the changes %+v, want 3 in 1", k.calls-calls, got)
	}
	wait(t, p)
	if got := k.taken(); len(got) != 0 {
		t.Errorf("armed again, with nothing reported: %+v", got)
	}
	// What was modified meanwhile is armed already.
	k.packets = []iocp.Entry{packet(tokens[0], socknotify.In)}
	wait(t, p, want[0])
	if err := p.Modify(10, tokens[0], backend.Writable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	k.taken()
	wait(t, p)
	if got := k.taken(); len(got) != 0 {
		t.Errorf("armed once more than modified: %+v", got)
	}
}

// A call that fails for want of memory changes nothing and loses nothing.
func TestArmingIsTriedAgain(t *testing.T) {
	p, k := opened(t)
	add(t, p, 5, tok, backend.Readable, backend.Level)
	k.packets = []iocp.Entry{packet(tok, socknotify.In)}
	wait(t, p, event(tok, backend.ReadyReadable))
	k.taken()
	k.fail = func([]socknotify.Registration) socknotify.Result { return scarce }
	if n, err := p.Wait(make([]backend.Event, 1), -1); n != 0 || err == nil {
		t.Fatalf("got %d, %v", n, err)
	}
	k.fail = nil
	wait(t, p)
	if got := k.taken(); len(got) != 1 || got[0].Op != socknotify.Enable {
		t.Errorf("the next Wait made the changes %+v", got)
	}
}

// One closed socket among many neither keeps the others from being armed nor is told.
func TestClosedAmongMany(t *testing.T) {
	for _, whole := range []bool{false, true} {
		p, k := opened(t)
		for i := range uint32(4) {
			add(t, p, uintptr(10+i), backend.MakeToken(i, 1), backend.Readable, backend.Level)
			k.packets = append(k.packets, packet(backend.MakeToken(i, 1), socknotify.In))
		}
		if n, err := p.Wait(make([]backend.Event, 8), 0); n != 4 || err != nil {
			t.Fatal(n, err)
		}
		k.log = nil
		k.answer = func(r socknotify.Registration) socknotify.Result {
			if r.Socket == 10 {
				return notASock
			}
			return socknotify.Success
		}
		if whole {
			k.fail = func(regs []socknotify.Registration) socknotify.Result {
				if regs[0].Socket == 10 {
					return notASock
				}
				return socknotify.Success
			}
		}
		wait(t, p)
		if got := k.taken(); got[len(got)-1].Socket != 13 {
			t.Errorf("whole %t: the changes were %+v", whole, got)
		}
		if err := p.Modify(10, backend.MakeToken(0, 1), backend.Readable, backend.Level); !errors.Is(err, backend.ErrNotFound) {
			t.Errorf("whole %t: the closed one is still known: %v", whole, err)
		}
		if err := p.Modify(11, backend.MakeToken(1, 1), backend.Readable, backend.Level); err != nil {
			t.Errorf("whole %t: another one: %v", whole, err)
		}
	}
}

// A source that cannot be armed again is told, lest somebody should wait for it.
func TestArmingRefused(t *testing.T) {
	p, k := opened(t)
	add(t, p, 5, tok, backend.Writable, backend.Level)
	k.packets = []iocp.Entry{packet(tok, socknotify.Out)}
	wait(t, p, event(tok, backend.ReadyWritable))
	k.answer = func(socknotify.Registration) socknotify.Result { return notFound }
	wait(t, p, event(tok, backend.ReadyWritable|backend.ReadyError|backend.ReadyHangUp))
	k.answer = nil
	k.taken()
	wait(t, p)
	if got := k.taken(); len(got) != 1 {
		t.Errorf("tried again with %+v", got)
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

func TestAddFails(t *testing.T) {
	for r, want := range map[socknotify.Result]error{
		notASock: backend.ErrBadDescriptor, scarce: nil, 87: backend.ErrUnsupported, 10022: backend.ErrUnsupported,
	} {
		for _, whole := range []bool{true, false} {
			p, k := opened(t)
			refuse := func(reg socknotify.Registration) socknotify.Result {
				if reg.Op == socknotify.Enable {
					return r
				}
				return notFound
			}
			if whole {
				k.fail = func(regs []socknotify.Registration) socknotify.Result { return refuse(regs[0]) }
			} else {
				k.answer = refuse
			}
			err := p.Add(5, tok, 0, backend.Readable, backend.Edge)
			if err == nil || want != nil && !errors.Is(err, want) || want == nil && errors.Is(err, backend.ErrUnsupported) {
				t.Errorf("%d: %v, want %v", r, err, want)
			}
			if want == backend.ErrUnsupported && !strings.Contains(err.Error(), "package net") {
				t.Errorf("%d: the error does not say why: %v", r, err)
			}
			if err := p.Modify(5, tok, backend.Readable, backend.Oneshot); !errors.Is(err, backend.ErrNotFound) {
				t.Errorf("%d: something is left: %v", r, err)
			}
		}
	}
}

// Whether a socket may be registered is decided before anything is.
func TestAddCannotVacate(t *testing.T) {
	p, k := opened(t)
	k.answer = func(r socknotify.Registration) socknotify.Result {
		if r.Op == socknotify.Remove {
			return scarce
		}
		return socknotify.Success
	}
	if err := p.Add(5, tok, 0, backend.Readable, backend.Oneshot); err == nil || errors.Is(err, backend.ErrExists) {
		t.Errorf("got %v", err)
	}
	if len(k.log) != 1 {
		t.Errorf("changes %+v", k.log)
	}
}

// present makes the kernel have one registration, of socket 5 and with some key.
func present(k *script, key uintptr) {
	k.answer = func(r socknotify.Registration) socknotify.Result {
		if r.Op == socknotify.Remove {
			if key == 0 {
				return notFound
			}
			k.packets = append(k.packets, iocp.Entry{Key: key, Bytes: uint32(socknotify.Removed)})
			key = 0
			return socknotify.Success
		}
		if key == 0 {
			key = r.Key
		}
		return socknotify.Success
	}
}

// Adding what is registered finds that out by removing it, and makes it again as it was.
func TestAddTwice(t *testing.T) {
	for _, armed := range []bool{true, false} {
		p, k := opened(t)
		present(k, 0)
		add(t, p, 5, tok, backend.Readable, backend.Oneshot)
		if !armed {
			k.packets = []iocp.Entry{packet(tok, socknotify.In)}
			wait(t, p, event(tok, backend.ReadyReadable))
		}
		k.log = nil
		err := p.Add(5, backend.MakeToken(4, 1), tok, backend.Writable, backend.Level)
		if !errors.Is(err, backend.ErrExists) {
			t.Fatalf("armed %t: %v", armed, err)
		}
		want := socknotify.Registration{Socket: 5, Key: keyed(tok), Op: socknotify.Enable, Trigger: once}
		if armed {
			want.Filter = uint16(socknotify.In | socknotify.HangUp)
		}
		if got := k.taken(); len(got) != 2 || got[1] != want {
			t.Errorf("armed %t: the changes were %+v, and in the end %+v is due", armed, got, want)
		}
		k.packets = []iocp.Entry{packet(tok, socknotify.In)}
		if armed {
			wait(t, p, event(tok, backend.ReadyReadable))
		} else {
			wait(t, p)
		}
	}
}

// The same source under another number (a duplicate) is the same registration.
func TestAddUnderAnotherNumber(t *testing.T) {
	p, k := opened(t)
	present(k, 0)
	add(t, p, 5, tok, backend.Readable, backend.Edge)
	k.look = func(s uintptr) (socknotify.Events, error) {
		if s != 5 {
			t.Errorf("looked at %d", s)
		}
		return socknotify.In, nil
	}
	if err := p.Add(6, backend.MakeToken(4, 1), 0, backend.Readable, backend.Edge); !errors.Is(err, backend.ErrExists) {
		t.Fatal(err)
	}
	wait(t, p, event(tok, backend.ReadyReadable)) // an edge might have been missed
	if err := p.Modify(6, backend.MakeToken(4, 1), 0, backend.Oneshot); !errors.Is(err, backend.ErrNotFound) {
		t.Errorf("the second is known: %v", err)
	}
}

// If the first number was closed, the registration is the second's.
func TestAddOfALastDuplicate(t *testing.T) {
	p, k := opened(t)
	present(k, 0)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	normal := k.answer
	k.answer = func(r socknotify.Registration) socknotify.Result {
		if r.Socket == 5 {
			return notASock
		}
		return normal(r)
	}
	second := backend.MakeToken(4, 1)
	if err := p.Add(6, second, 0, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	if err := p.Modify(5, tok, 0, backend.Oneshot); !errors.Is(err, backend.ErrNotFound) {
		t.Errorf("the first is known: %v", err)
	}
	k.packets = []iocp.Entry{packet(tok, socknotify.In), packet(second, socknotify.In)}
	wait(t, p, event(second, backend.ReadyReadable))
}

// A registration that nobody knows (its number was closed, a duplicate was left) gives way.
func TestAddOverAnOrphan(t *testing.T) {
	p, k := opened(t)
	present(k, keyed(backend.MakeToken(77, 3)))
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	k.packets = append(k.packets, packet(tok, socknotify.In))
	wait(t, p, event(tok, backend.ReadyReadable))
}

// A number that was closed and is somebody else's: what was registered is forgotten.
func TestReusedNumber(t *testing.T) {
	p, k := opened(t)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	fresh := backend.MakeToken(4, 1)
	if err := p.Add(5, fresh, tok, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	k.packets = []iocp.Entry{packet(tok, socknotify.In), packet(fresh, socknotify.In)}
	wait(t, p, event(fresh, backend.ReadyReadable))
	if err := p.Modify(5, tok, 0, backend.Oneshot); !errors.Is(err, backend.ErrNotFound) {
		t.Errorf("the old one is known: %v", err)
	}
}

// Packets of another generation, of an index that nobody has and of strangers are dropped.
func TestStrangePackets(t *testing.T) {
	p, k := opened(t)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	k.packets = []iocp.Entry{
		packet(backend.MakeToken(3, 8), socknotify.In), packet(backend.MakeToken(1<<15, 1), socknotify.In),
		{Key: 0, Bytes: 1},
		{Key: 1, Bytes: ^uint32(0)},
		packet(backend.MakeToken(2, 1), socknotify.In),
		packet(tok, 0x8000), packet(tok, socknotify.In),
	}
	wait(t, p, event(tok, backend.ReadyReadable))
	wait(t, p)
}

// A packet from before a Modify that tells nothing any more may have disabled what the
// Modify has enabled.
func TestStalePacketArmsAgain(t *testing.T) {
	p, k := opened(t)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	if err := p.Modify(5, tok, backend.Writable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	k.packets = []iocp.Entry{packet(tok, socknotify.In)}
	wait(t, p)
	k.taken()
	wait(t, p)
	if got := k.taken(); len(got) != 1 || got[0].Filter != uint16(socknotify.Out) {
		t.Errorf("the changes were %+v", got)
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

// A packet with the second key comes from somebody who has the number of a socket that
// was closed: nothing is told, and that one is left alone.
func TestMistakenRegistration(t *testing.T) {
	p, k := opened(t)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	if err := p.Modify(5, tok, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	k.log = nil
	k.answer = func(socknotify.Registration) socknotify.Result { return socknotify.Success }
	k.packets = []iocp.Entry{{Key: again(tok), Bytes: uint32(socknotify.In)}}
	wait(t, p)
	if got := k.taken(); len(got) != 1 || got[0] != (socknotify.Registration{Socket: 5, Op: socknotify.Remove}) {
		t.Errorf("the changes were %+v", got)
	}
	if err := p.Modify(5, tok, 0, backend.Oneshot); !errors.Is(err, backend.ErrNotFound) {
		t.Errorf("it is known still: %v", err)
	}
	k.packets = []iocp.Entry{{Key: again(tok), Bytes: uint32(socknotify.Removed)}}
	wait(t, p)
	if n := p.Counters().Outstanding; n != 0 {
		t.Errorf("%d removals are outstanding", n)
	}
	wait(t, p)
	if got := k.taken(); len(got) != 0 {
		t.Errorf("the changes were %+v", got)
	}
}

// What was registered by mistake does not keep its socket from being added.
func TestAddOfAMistakenRegistration(t *testing.T) {
	p, k := opened(t)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	present(k, again(tok))
	k.packets = []iocp.Entry{{Key: again(tok), Bytes: uint32(socknotify.In)}} // on its way
	fresh := backend.MakeToken(4, 1)
	if err := p.Add(5, fresh, tok, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	k.packets = append(k.packets, packet(fresh, socknotify.In))
	wait(t, p, event(fresh, backend.ReadyReadable))
}

// Where enabling changes the key there is one key only.
func TestKeysThatChange(t *testing.T) {
	k := &script{}
	p := New(k, Config{Wide: wide})
	if p.Features().ForgetsClosed {
		t.Error("promises what it cannot keep")
	}
	add(t, p, 5, tok, backend.Readable, backend.Level)
	if err := p.Modify(5, tok, backend.Readable, backend.Level); err != nil {
		t.Fatal(err)
	}
	k.packets = []iocp.Entry{packet(tok, socknotify.In)}
	wait(t, p, event(tok, backend.ReadyReadable))
	wait(t, p)
	for _, r := range k.taken() {
		if r.Key != keyed(tok) {
			t.Errorf("change %+v", r)
		}
	}
}

// What a removal's packet tells besides is of a registration that has ended.
func TestRemovedWithEvents(t *testing.T) {
	p, k := opened(t)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	k.answer = func(socknotify.Registration) socknotify.Result { return socknotify.Success }
	if err := p.Delete(5, tok); err != nil {
		t.Fatal(err)
	}
	if n := p.Counters().Outstanding; n != 1 {
		t.Errorf("%d removals are outstanding, want 1", n)
	}
	k.packets = []iocp.Entry{packet(tok, socknotify.In|socknotify.Removed)}
	wait(t, p)
	if n := p.Counters().Outstanding; n != 0 {
		t.Errorf("%d removals are outstanding, want none", n)
	}
}

// A registration that ends though nobody asked for it is made again.
func TestUnexpectedRemoval(t *testing.T) {
	p, k := opened(t)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	k.taken()
	k.packets = []iocp.Entry{packet(tok, socknotify.Removed)}
	wait(t, p)
	wait(t, p)
	if got := k.taken(); len(got) != 1 || got[0].Op != socknotify.Enable || got[0].Key != keyed(tok) {
		t.Errorf("the changes were %+v", got)
	}
}

// The last packet of a deleted registration may come after the socket has been registered
// again: then nobody knows what it ended.
func TestRemovalAfterItsSuccessor(t *testing.T) {
	p, k := opened(t)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	k.answer = func(socknotify.Registration) socknotify.Result { return socknotify.Success }
	if err := p.Delete(5, tok); err != nil {
		t.Fatal(err)
	}
	k.answer = nil
	next := backend.MakeToken(3, 10)
	add(t, p, 5, next, backend.Writable, backend.Oneshot)
	k.taken()
	k.packets = []iocp.Entry{packet(tok, socknotify.Removed)}
	wait(t, p)
	wait(t, p)
	if got := k.taken(); len(got) != 1 || got[0].Key != keyed(next) || got[0].Op != socknotify.Enable {
		t.Errorf("the changes were %+v", got)
	}
}

// A socket whose earlier registration does not end is refused after a while, and if that
// was one of ours it is made again when it does.
func TestRemovalThatDoesNotCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, k := opened(t)
		add(t, p, 5, tok, backend.Readable, backend.Oneshot)
		k.answer = func(socknotify.Registration) socknotify.Result { return socknotify.Success }
		if err := p.Add(5, backend.MakeToken(4, 1), tok, backend.Readable, backend.Oneshot); !errors.Is(err, errLingers) {
			t.Fatalf("got %v", err)
		}
		k.taken()
		k.packets = []iocp.Entry{packet(tok, socknotify.Removed)}
		wait(t, p)
		wait(t, p)
		if got := k.taken(); len(got) != 1 || got[0].Key != keyed(tok) {
			t.Errorf("the changes were %+v", got)
		}
	})
}

// On a machine that is too busy to run us for a while, the packet is there when the time is over.
func TestRemovalWhileNobodyRan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, k := opened(t)
		add(t, p, 5, tok, backend.Readable, backend.Oneshot)
		k.answer = func(socknotify.Registration) socknotify.Result { return socknotify.Success }
		k.stall = func() {
			k.packets = []iocp.Entry{packet(backend.MakeToken(77, 3), socknotify.Out)} // of something else
			k.stall = func() {
				k.stall = nil
				k.packets = []iocp.Entry{packet(tok, socknotify.Removed)}
				time.Sleep(2 * removalLimit)
			}
		}
		if err := p.Add(5, backend.MakeToken(4, 1), tok, backend.Readable, backend.Oneshot); !errors.Is(err, backend.ErrExists) { // it was found, and stands
			t.Errorf("got %v", err)
		}
	})
}

// The kernel may refuse a socket until the last packet of its old registration was taken.
func TestRefusedUntilRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, k := opened(t)
		add(t, p, 5, tok, backend.Readable, backend.Oneshot)
		k.answer = func(socknotify.Registration) socknotify.Result { return socknotify.Success }
		if err := p.Delete(5, tok); err != nil {
			t.Fatal(err)
		}
		refused := 0
		k.answer = func(r socknotify.Registration) socknotify.Result {
			if r.Op == socknotify.Remove {
				return notFound
			}
			if refused++; refused == 1 {
				k.packets = []iocp.Entry{packet(tok, socknotify.Removed)}
				return 170
			}
			return socknotify.Success
		}
		add(t, p, 5, backend.MakeToken(3, 10), backend.Readable, backend.Oneshot)
		if refused != 2 {
			t.Errorf("enabled %d times, want 2", refused)
		}
	})
}

// A notification that a change has taken off the port still ends a Wait.
func TestNotificationIsOwed(t *testing.T) {
	p, k := opened(t)
	present(k, keyed(backend.MakeToken(77, 3)))
	k.packets = []iocp.Entry{{Key: WakeKey}}
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	if n, err := p.Wait(make([]backend.Event, 1), -1); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	if last := k.timeouts[len(k.timeouts)-1]; last != 0 {
		t.Errorf("the Wait that owed a notification waited %v", last)
	}
	if _, err := p.Wait(make([]backend.Event, 1), -1); err != nil {
		t.Fatal(err)
	}
	if last := k.timeouts[len(k.timeouts)-1]; last != -1 {
		t.Errorf("the next Wait waited %v, want without limit", last)
	}
}

// Events beyond the room that a Wait has are kept for the next, and a deleted one among
// them is dropped.
func TestRoom(t *testing.T) {
	p, k := opened(t)
	k.look = func(uintptr) (socknotify.Events, error) { return socknotify.In, nil }
	tokens := make([]backend.Token, 6)
	for i := range tokens {
		tokens[i] = backend.MakeToken(uint32(i), 1)
		add(t, p, uintptr(10+i), tokens[i], backend.Readable, backend.Edge)
	}
	if err := p.Delete(12, tokens[2]); err != nil {
		t.Fatal(err)
	}
	// Its index goes to another source, which is ready too.
	add(t, p, 20, backend.MakeToken(2, 2), backend.Readable, backend.Edge)
	var got []backend.Token
	events := make([]backend.Event, 2)
	for range 4 {
		n, err := p.Wait(events, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range events[:n] {
			got = append(got, ev.Token)
		}
	}
	slices.Sort(got)
	tokens[2] = backend.MakeToken(2, 2)
	slices.Sort(tokens)
	if !slices.Equal(got, tokens) {
		t.Errorf("reported %x, want %x", got, tokens)
	}
}

// A Delete without memory is told; the kernel's registration is met when its socket is
// added again.
func TestDeleteFails(t *testing.T) {
	p, k := opened(t)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	k.fail = func([]socknotify.Registration) socknotify.Result { return scarce }
	if err := p.Delete(5, tok); err == nil {
		t.Error("no error")
	}
	k.fail, k.log = nil, nil
	present(k, keyed(tok))
	add(t, p, 5, backend.MakeToken(3, 10), backend.Readable, backend.Oneshot)
	if got := k.taken(); len(got) != 2 || got[0].Op != socknotify.Remove {
		t.Errorf("the changes were %+v", got)
	}
}

// Deletes without Waits do not pile removals up.
func TestManyDeletes(t *testing.T) {
	p, k := opened(t)
	for i := range uint32(3 * maxRemovals) {
		tok := backend.MakeToken(i, 1)
		k.answer = nil
		add(t, p, uintptr(10+i), tok, backend.Readable, backend.Oneshot)
		k.answer = func(socknotify.Registration) socknotify.Result { return socknotify.Success }
		k.packets = append(k.packets, packet(tok, socknotify.Removed))
		if err := p.Delete(uintptr(10+i), tok); err != nil {
			t.Fatal(err)
		}
		if n := p.Counters().Outstanding; n > maxRemovals+1 {
			t.Fatalf("%d removals are outstanding", n)
		}
	}
}

// A removal's packet can be lost with its socket. What is kept of it is bounded.
func TestLostRemovals(t *testing.T) {
	p, k := opened(t)
	for i := range uint32(3 * maxRemovals) {
		tok := backend.MakeToken(i, 1)
		k.answer = nil
		add(t, p, 5, tok, backend.Readable, backend.Oneshot)
		k.answer = func(socknotify.Registration) socknotify.Result { return socknotify.Success }
		if err := p.Delete(5, tok); err != nil {
			t.Fatal(err)
		}
	}
	r := &p.removals
	if len(r.byKey) > maxRemovals+2 || len(r.superseded) > maxRemovals || len(r.bySocket) != 1 || p.Counters().Outstanding != 1 {
		t.Errorf("%d keys, %d superseded and %d sockets are kept, %d outstanding",
			len(r.byKey), len(r.superseded), len(r.bySocket), p.Counters().Outstanding)
	}
}

// A packet that was given up for lost does not pass for that of a socket which is being
// added.
func TestSupersededRemoval(t *testing.T) {
	p, k := opened(t)
	yes := func(socknotify.Registration) socknotify.Result { return socknotify.Success }
	old := []backend.Token{backend.MakeToken(7, 1), backend.MakeToken(7, 2)}
	for _, tok := range old {
		k.answer = nil
		add(t, p, 6, tok, backend.Readable, backend.Oneshot)
		k.answer = yes
		if err := p.Delete(6, tok); err != nil {
			t.Fatal(err)
		}
	}
	present(k, 0)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	k.packets = []iocp.Entry{packet(old[0], socknotify.Removed)}
	if err := p.Add(5, backend.MakeToken(4, 1), tok, backend.Readable, backend.Oneshot); !errors.Is(err, backend.ErrExists) {
		t.Errorf("got %v", err)
	}
}

// Close removes what is registered, many with one call, even if some are closed already.
func TestClose(t *testing.T) {
	p, k := opened(t)
	const n = maxBatch + 10
	for i := range uint32(n) {
		add(t, p, uintptr(10+i), backend.MakeToken(i, 1), backend.Readable, backend.Oneshot)
	}
	k.log, k.calls = nil, 0
	k.answer = func(r socknotify.Registration) socknotify.Result {
		if r.Socket == 11 {
			return notASock
		}
		k.packets = append(k.packets, iocp.Entry{Key: r.Socket, Bytes: uint32(socknotify.Removed)})
		return socknotify.Success
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if len(k.log) != n || k.calls != 2 || !k.closed || len(k.packets) != 0 {
		t.Errorf("%d removals in %d calls, closed %t, %d packets left", len(k.log), k.calls, k.closed, len(k.packets))
	}
	for _, r := range k.log {
		if r.Op != socknotify.Remove {
			t.Errorf("change %+v", r)
		}
	}
	if c := p.Counters(); c.Outstanding != 0 {
		t.Errorf("%d outstanding", c.Outstanding)
	}
}

func TestKeys(t *testing.T) {
	narrowRoom, wideRoom := uint32(1<<19-2), uint32(1<<31-2)
	for _, c := range []struct {
		index, generation uint32
	}{
		{0, 1}, {narrowRoom, 1}, {7, 1 << 12}, {narrowRoom + 1, 1}, {1 << 20, 1}, {wideRoom, ^uint32(0) - 1}, {wideRoom + 1, 1}, {^uint32(0), 1},
	} {
		tok := backend.MakeToken(c.index, c.generation)
		for _, isWide := range []bool{false, true} {
			if isWide && !wide {
				continue
			}
			k, room := keys{isWide}, narrowRoom
			if isWide {
				room = wideRoom
			}
			key, ok := k.of(tok)
			if ok != (c.index <= room) {
				t.Errorf("%d, wide %t: there is room: %t", c.index, isWide, ok)
			}
			if !ok {
				continue
			}
			second := key | k.mistaken()
			if k.index(key) != c.index || k.index(second) != c.index || second == key || second&^k.mistaken() != key {
				t.Errorf("%d/%d, wide %t: keys %#x and %#x", c.index, c.generation, isWide, key, second)
			}
			if isWide && backend.Token(key) != tok || !isWide && second > uintptr(^uint32(0)) {
				t.Errorf("%d/%d, wide %t: keys %#x and %#x", c.index, c.generation, isWide, key, second)
			}
			if second == WakeKey || !isWide && second == uintptr(^uint32(0)) {
				t.Errorf("%d/%d, wide %t: the second key wakes", c.index, c.generation, isWide)
			}
		}
	}
	p := New(&script{}, Config{})
	if err := p.Add(5, backend.MakeToken(narrowRoom+1, 1), 0, backend.Readable, backend.Oneshot); !errors.Is(err, backend.ErrUnsupported) {
		t.Errorf("an index without room: %v", err)
	}
}

func TestFeatures(t *testing.T) {
	f := New(nil, Config{}).Features()
	if f.Supports(backend.Edge) || !f.Supports(backend.EdgeOneshot) || !f.Exclusive || f.ForgetsClosed {
		t.Errorf("without edges: %+v", f)
	}
	g := New(nil, Config{Edge: true, KeepsKey: true, Precise: true}).Features()
	if !g.Supports(backend.Edge) || !g.ForgetsClosed || g.Resolution >= f.Resolution || g.Interests != rw {
		t.Errorf("with edges and timer: %+v", g)
	}
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	p, k := opened(t)
	level := backend.MakeToken(1, 1)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	add(t, p, 6, level, backend.Readable, backend.Level)
	events := make([]backend.Event, 8)
	both := []iocp.Entry{packet(tok, socknotify.In), packet(level, socknotify.In)}
	k.log, k.timeouts = make([]socknotify.Registration, 0, 1000), nil
	if n := testing.AllocsPerRun(100, func() {
		k.log, k.timeouts, k.packets = k.log[:0], k.timeouts[:0], both
		if n, err := p.Wait(events, 0); n != 2 || err != nil {
			t.Fatal(n, err)
		}
		if err := p.Modify(5, tok, backend.Readable, backend.Oneshot); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	// Removed and added again before anybody waits.
	removed := []iocp.Entry{packet(tok, socknotify.Removed)}
	k.answer = func(r socknotify.Registration) socknotify.Result { return socknotify.Success }
	enable := func(r socknotify.Registration) socknotify.Result {
		if r.Op == socknotify.Remove {
			return notFound
		}
		return socknotify.Success
	}
	if n := testing.AllocsPerRun(100, func() {
		yes := k.answer
		k.log, k.timeouts = k.log[:0], k.timeouts[:0]
		if err := p.Delete(5, tok); err != nil {
			t.Fatal(err)
		}
		k.packets, k.answer = removed, enable
		if err := p.Add(5, tok, 0, backend.Readable, backend.Oneshot); err != nil {
			t.Fatal(err)
		}
		k.answer = yes
	}); n != 0 {
		t.Errorf("%v allocations for Delete and Add", n)
	}
}
