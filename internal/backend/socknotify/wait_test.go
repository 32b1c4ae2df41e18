package socknotify

import (
	"errors"
	"slices"
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

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
