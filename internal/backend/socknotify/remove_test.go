package socknotify

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

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
