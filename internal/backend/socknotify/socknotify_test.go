package socknotify

import (
	"errors"
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

const (
	scarce   socknotify.Result = 8
	notASock socknotify.Result = 10038
)

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
