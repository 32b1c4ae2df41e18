package socknotifytest_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/internal/backend/sim"
	mechanism "github.com/goetia-go/goetia/internal/backend/socknotify"
	"github.com/goetia-go/goetia/internal/backend/socknotify/socknotifytest"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

const (
	once    = socknotify.Oneshot | socknotify.Level
	onEdges = socknotify.Persistent | socknotify.Edge
)

// world is a kernel of simulated sources and what is registered of them.
type world struct {
	sim.Kernel
	host socknotifytest.Host
}

func (w *world) file(h uintptr) any {
	if s := w.Lookup(h); s != nil {
		return s
	}
	return nil
}

func (w *world) port(t *testing.T, q socknotifytest.Quirk) *socknotifytest.Port {
	p := socknotifytest.New(socknotifytest.World{
		Host: &w.host, Quirks: q, File: w.file,
		Edge: w.Open(sim.Config{}), Level: w.Open(sim.Config{}),
	})
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func change(p *socknotifytest.Port, r socknotify.Registration) socknotify.Result {
	regs := []socknotify.Registration{r}
	if r := p.Process(regs); r != socknotify.Success {
		return r
	}
	return regs[0].Result
}

func enable(h, key uintptr, filter socknotify.Events, t socknotify.Trigger) socknotify.Registration {
	return socknotify.Registration{Socket: h, Key: key, Filter: uint16(filter), Op: socknotify.Enable, Trigger: t}
}

func remove(h uintptr) socknotify.Registration {
	return socknotify.Registration{Socket: h, Op: socknotify.Remove}
}

func must(t *testing.T, got, want socknotify.Result, doing string) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: %d, want %d", doing, got, want)
	}
}

type packet struct {
	key    uintptr
	events socknotify.Events
}

// dequeue takes what is there.
func dequeue(t *testing.T, p *socknotifytest.Port, want ...packet) {
	t.Helper()
	entries := make([]iocp.Entry, 16)
	n, err := p.Dequeue(entries, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []packet
	for _, e := range entries[:n] {
		got = append(got, packet{e.Key, socknotify.Events(e.Bytes)})
	}
	if !slices.Equal(got, want) {
		t.Fatalf("dequeued %+v, want %+v", got, want)
	}
}

func TestLevelTriggered(t *testing.T) {
	var w world
	p := w.port(t, 0)
	a, b := w.Pipe()
	must(t, change(p, remove(a.Handle())), socknotifytest.NotFound, "removing what is not registered")
	must(t, change(p, enable(999, 1, socknotify.In, once)), socknotifytest.NotSocket, "what is no socket")
	must(t, change(p, enable(a.Handle(), 1, socknotify.In|socknotify.HangUp, once)), socknotify.Success, "enabling")
	dequeue(t, p)
	b.Write([]byte("x"))
	dequeue(t, p, packet{1, socknotify.In})
	dequeue(t, p)
	must(t, change(p, enable(a.Handle(), 2, socknotify.In|socknotify.HangUp, once)), socknotify.Success, "enabling again")
	dequeue(t, p, packet{1, socknotify.In}) // the key stays
	b.CloseWrite()
	must(t, change(p, enable(a.Handle(), 2, socknotify.In|socknotify.Out|socknotify.HangUp, socknotify.Persistent|socknotify.Level)), socknotify.Success, "enabling again")
	dequeue(t, p, packet{1, socknotify.HangUp | socknotify.Out})
	dequeue(t, p, packet{1, socknotify.HangUp | socknotify.Out})
	b.Reset()
	a.Source.Fail()
	must(t, change(p, enable(a.Handle(), 2, socknotify.Out, once)), socknotify.Success, "enabling for writing")
	dequeue(t, p, packet{1, socknotify.Err}) // comes unasked
	must(t, change(p, enable(a.Handle(), 2, 0, once)), socknotify.Success, "enabling for nothing")
	dequeue(t, p)
}

func TestEdgeTriggered(t *testing.T) {
	var w world
	p := w.port(t, 0)
	a, b := w.Pipe()
	b.Write([]byte("x"))
	must(t, change(p, enable(a.Handle(), 1, socknotify.In, onEdges)), socknotify.Success, "enabling")
	dequeue(t, p) // it does not look
	if events, err := p.Look(a.Handle()); events != socknotify.In || err != nil {
		t.Errorf("a look: %#x, %v", events, err)
	}
	a.Read(make([]byte, 9))
	dequeue(t, p)
	for range 3 {
		b.Write([]byte("y"))
		dequeue(t, p, packet{1, socknotify.In})
		dequeue(t, p)
		a.Read(make([]byte, 9))
		dequeue(t, p)
	}
	must(t, change(p, socknotify.Registration{Socket: a.Handle(), Op: socknotify.Disable}), socknotify.Success, "disabling")
	b.Write([]byte("z"))
	dequeue(t, p)
	must(t, change(p, enable(a.Handle(), 1, socknotify.In, onEdges)), socknotify.Success, "enabling again")
	dequeue(t, p)
}

func TestRemoval(t *testing.T) {
	var w world
	a, b := w.Pipe()
	b.Write([]byte("x"))
	full := enable(a.Handle(), 1, socknotify.In, once)

	p := w.port(t, 0)
	must(t, change(p, full), socknotify.Success, "enabling")
	must(t, change(p, remove(a.Handle())), socknotify.Success, "removing")
	must(t, change(p, remove(a.Handle())), socknotifytest.NotFound, "removing again")
	must(t, change(p, full), socknotifytest.Busy, "enabling before the packet was taken")
	dequeue(t, p, packet{1, socknotify.Removed})
	full.Key = 2
	must(t, change(p, full), socknotify.Success, "enabling under another key")
	dequeue(t, p, packet{2, socknotify.In})
	must(t, change(p, remove(a.Handle())), socknotify.Success, "removing")
	dequeue(t, p, packet{2, socknotify.Removed})

	late := w.port(t, socknotifytest.Late|socknotifytest.Revive)
	must(t, change(late, full), socknotify.Success, "enabling")
	must(t, change(late, remove(a.Handle())), socknotify.Success, "removing")
	must(t, change(late, full), socknotify.Success, "enabling what is being removed")
	dequeue(t, late, packet{2, socknotify.In})
	dequeue(t, late, packet{2, socknotify.Removed})
	if n := late.Registered(); n != 0 {
		t.Errorf("%d are registered in the end", n)
	}
}

func TestOnePortOnly(t *testing.T) {
	var w world
	p, q := w.port(t, 0), w.port(t, 0)
	a, _ := w.Pipe()
	must(t, change(p, enable(a.Handle(), 1, socknotify.Out, once)), socknotify.Success, "the first port")
	must(t, change(q, enable(a.Handle(), 1, socknotify.Out, once)), socknotifytest.Elsewhere, "the second port")
	must(t, change(q, remove(a.Handle())), socknotifytest.Elsewhere, "removing from the second port")
	dequeue(t, p, packet{1, socknotify.Out})
	must(t, change(p, remove(a.Handle())), socknotify.Success, "removing")
	dequeue(t, p, packet{1, socknotify.Removed})
	must(t, change(q, enable(a.Handle(), 1, socknotify.Out, once)), socknotify.Success, "the second port")
	dequeue(t, q, packet{1, socknotify.Out})
}

func TestClosedSocket(t *testing.T) {
	for _, q := range []socknotifytest.Quirk{0, socknotifytest.Survive} {
		var w world
		p := w.port(t, q)
		a, b := w.Pipe()
		c, d := w.Pipe()
		for i, h := range []uintptr{a.Handle(), c.Handle()} {
			must(t, change(p, enable(h, uintptr(1+i), socknotify.In, once)), socknotify.Success, "enabling")
		}
		b.Write([]byte("x"))
		d.Write([]byte("x"))
		// Both packets are queued when the first is taken.
		entries := make([]iocp.Entry, 1)
		if n, err := p.Dequeue(entries, 0); n != 1 || err != nil || entries[0].Key != 1 {
			t.Fatal(n, err, entries)
		}
		h := c.Handle()
		c.Close()
		if q == 0 {
			dequeue(t, p)
		} else {
			dequeue(t, p, packet{2, socknotify.In})
		}
		if s := w.NewSource(); s.Handle() != h {
			t.Fatal("the number was not used again")
		}
		must(t, change(p, remove(h)), socknotifytest.NotFound, "removing what the new socket is not")
		must(t, change(p, enable(h, 3, socknotify.In, once)), socknotify.Success, "the new socket")
		dequeue(t, p)
	}
}

func TestStickyPackets(t *testing.T) {
	for _, q := range []socknotifytest.Quirk{0, socknotifytest.Sticky} {
		var w world
		p := w.port(t, q)
		a, b := w.Pipe()
		c, _ := w.Pipe()
		must(t, change(p, enable(c.Handle(), 9, socknotify.Out, once)), socknotify.Success, "enabling")
		must(t, change(p, enable(a.Handle(), 1, socknotify.In, once)), socknotify.Success, "enabling")
		b.Write([]byte("x"))
		entries := make([]iocp.Entry, 1)
		for {
			if n, err := p.Dequeue(entries, 0); n != 1 || err != nil {
				t.Fatal(n, err)
			}
			if entries[0].Key == 9 {
				break // the other one is queued
			}
			must(t, change(p, enable(a.Handle(), 1, socknotify.In, once)), socknotify.Success, "enabling")
		}
		must(t, change(p, enable(a.Handle(), 1, socknotify.Out, once)), socknotify.Success, "enabling again")
		if q == 0 {
			dequeue(t, p, packet{1, socknotify.Out})
		} else {
			dequeue(t, p, packet{1, socknotify.In})
		}
		dequeue(t, p)
	}
}

func TestCallsThatFail(t *testing.T) {
	var w world
	p := w.port(t, socknotifytest.FirstDecides)
	a, _ := w.Pipe()
	good, bad := enable(a.Handle(), 1, socknotify.Out, once), enable(999, 2, socknotify.Out, once)
	must(t, p.Process([]socknotify.Registration{bad, good}), socknotifytest.NotSocket, "a bad one first")
	dequeue(t, p)
	regs := []socknotify.Registration{good, bad}
	must(t, p.Process(regs), socknotify.Success, "a bad one last")
	must(t, regs[0].Result, socknotify.Success, "the good one")
	must(t, regs[1].Result, socknotifytest.NotSocket, "the bad one")
	dequeue(t, p, packet{1, socknotify.Out})
	p.Fail = func([]socknotify.Registration) socknotify.Result { return 8 }
	must(t, change(p, good), 8, "without memory")
	p.Fail, p.Refuse = nil, func(socknotify.Registration) socknotify.Result { return 87 }
	must(t, change(p, good), 87, "refused")
}

func TestTimeoutsAndWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w world
		p := w.port(t, 0)
		start := time.Now()
		entries := make([]iocp.Entry, 2)
		if n, err := p.Dequeue(entries, time.Minute); n != 0 || err != nil || time.Since(start) != time.Minute {
			t.Errorf("%d, %v after %v", n, err, time.Since(start))
		}
		go func() {
			time.Sleep(time.Hour)
			p.Wake()
		}()
		if n, err := p.Dequeue(entries, -1); n != 1 || err != nil || entries[0].Key != mechanism.WakeKey || time.Since(start) != time.Hour+time.Minute {
			t.Errorf("%d, %v, key %#x after %v", n, err, entries[0].Key, time.Since(start))
		}
	})
}
