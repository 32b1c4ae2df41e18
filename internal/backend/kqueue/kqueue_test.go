//go:build !plan9

package kqueue

import (
	"errors"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/kevent"
)

// script is a kernel whose answers the test decides.
type script struct {
	// refuse fails a change.
	refuse func(c kevent.Event) error
	// fetch is what the next Fetch returns.
	fetch    []kevent.Event
	fetchErr error
	// log holds the changes, calls their number of calls.
	log   []kevent.Event
	calls int
	wakes int
}

func (k *script) Change(changes, outcome []kevent.Event) (n int, err error) {
	k.calls++
	for _, c := range changes {
		k.log = append(k.log, c)
		var failed error
		if k.refuse != nil {
			failed = k.refuse(c)
		}
		if len(outcome) == 0 {
			if failed != nil {
				return 0, failed
			}
			continue
		}
		outcome[n] = c
		outcome[n].Flags, outcome[n].Data = kevent.Error, 0
		if failed != nil {
			outcome[n].Data = int64(failed.(syscall.Errno))
		}
		n++
	}
	return n, nil
}

func (k *script) Fetch(events []kevent.Event, _ time.Duration) (int, error) {
	n := copy(events, k.fetch)
	k.fetch = k.fetch[n:]
	return n, k.fetchErr
}

func (k *script) Check(uintptr) error { return nil }
func (k *script) Wake() error         { k.wakes++; return nil }
func (k *script) Woken() error        { return nil }
func (k *script) Close() error        { return nil }

var tok = backend.MakeToken(3, 9)

func opened(t *testing.T, config Config) (*Poll, *script) {
	t.Helper()
	k := &script{}
	return New(k, config), k
}

func wait(t *testing.T, p *Poll, want ...backend.Event) {
	t.Helper()
	events := make([]backend.Event, 8)
	n, err := p.Wait(events, 0)
	if err != nil || !slices.Equal(events[:n], want) {
		t.Fatalf("got %+v, %v; want %+v", events[:n], err, want)
	}
}

func event(f kevent.Filter, flags kevent.Flags) kevent.Event {
	return kevent.Event{Ident: 5, Filter: f, Flags: flags, Udata: uintptr(tok)}
}

var wide = Config{Receipts: true, Dispatch: true, Wide: true}

// Several changes are one call where EV_RECEIPT works, and as many calls as changes
// where not.
func TestReceiptsSaveCalls(t *testing.T) {
	for _, receipts := range []bool{true, false} {
		p, k := opened(t, Config{Receipts: receipts, Dispatch: true, Wide: true})
		if err := p.Add(5, tok, 0, backend.Readable|backend.Writable, backend.Oneshot); err != nil {
			t.Fatal(err)
		}
		want := 2
		if receipts {
			want = 1
		}
		if k.calls != want || len(k.log) != 2 {
			t.Errorf("receipts %t: %d calls for %d changes, want %d for 2", receipts, k.calls, len(k.log), want)
		}
		for _, c := range k.log {
			if c.Flags&kevent.Receipt != 0 != receipts || c.Flags&kevent.Dispatch == 0 || c.Udata != uintptr(tok) {
				t.Errorf("receipts %t: change %+v", receipts, c)
			}
		}
	}
}

// An Add of which one half fails leaves nothing behind.
func TestAddIsAllOrNothing(t *testing.T) {
	for _, config := range []Config{wide, {Wide: true}} {
		p, k := opened(t, config)
		k.refuse = func(c kevent.Event) error {
			if c.Filter == kevent.Write && c.Flags&kevent.Add != 0 {
				return syscall.ENOMEM
			}
			return nil
		}
		err := p.Add(5, tok, 0, backend.Readable|backend.Writable, backend.Level)
		if !errors.Is(err, syscall.ENOMEM) {
			t.Fatalf("got %v", err)
		}
		last := k.log[len(k.log)-1]
		if last.Filter != kevent.Read || last.Flags&kevent.Delete == 0 {
			t.Errorf("the last change was %+v, want the read filter deleted", last)
		}
		if err := p.Modify(5, tok, 0, backend.Level); !errors.Is(err, backend.ErrNotFound) {
			t.Errorf("Modify afterwards: %v", err)
		}
	}
}

// A number that was closed and is somebody else's by now: Modify adds nothing to it.
func TestModifyOfAClosedNumberTouchesNobody(t *testing.T) {
	for _, mode := range []backend.Mode{backend.Oneshot, backend.Level, backend.Edge} {
		p, k := opened(t, wide)
		if err := p.Add(5, tok, 0, backend.Readable, mode); err != nil {
			t.Fatal(err)
		}
		k.log = nil
		k.refuse = func(c kevent.Event) error {
			if c.Flags&kevent.Add == 0 {
				return syscall.ENOENT
			}
			return nil
		}
		if err := p.Modify(5, tok, backend.Readable|backend.Writable, mode); !errors.Is(err, backend.ErrNotFound) {
			t.Errorf("mode %d: %v", mode, err)
		}
		for _, c := range k.log {
			if c.Flags&kevent.Add != 0 {
				t.Errorf("mode %d: %+v was added to a stranger", mode, c)
			}
		}
	}
}

// A Modify that fails leaves what stood before.
func TestFailedModifyLeavesTheOldRegistration(t *testing.T) {
	p, k := opened(t, wide)
	if err := p.Add(5, tok, 0, backend.Readable, backend.Level); err != nil {
		t.Fatal(err)
	}
	k.refuse = func(c kevent.Event) error {
		if c.Filter == kevent.Write && c.Flags&kevent.Add != 0 {
			return syscall.ENOMEM
		}
		return nil
	}
	if err := p.Modify(5, tok, backend.Writable, backend.Level); !errors.Is(err, syscall.ENOMEM) {
		t.Fatalf("got %v", err)
	}
	last := k.log[len(k.log)-1]
	if last.Filter != kevent.Read || last.Flags&kevent.Enable == 0 {
		t.Errorf("the last change was %+v, want the read filter enabled again", last)
	}
	k.fetch = []kevent.Event{event(kevent.Read, 0)}
	wait(t, p, backend.Event{Token: tok, Ready: backend.ReadyReadable})
}

// Nobody reads the pipe: that is an event and not an error.
func TestBrokenPipeIsReported(t *testing.T) {
	broken := backend.Event{Token: tok, Ready: backend.ReadyWritable | backend.ReadyError | backend.ReadyHangUp}
	for _, mode := range []backend.Mode{backend.Oneshot, backend.Level} {
		p, k := opened(t, wide)
		k.refuse = func(c kevent.Event) error {
			if c.Filter == kevent.Write && c.Flags&kevent.Add != 0 {
				return syscall.EPIPE
			}
			return nil
		}
		if err := p.Add(5, tok, 0, backend.Writable, mode); err != nil {
			t.Fatal(err)
		}
		if k.wakes != 1 {
			t.Errorf("%d wakes for a Wait that may be in progress", k.wakes)
		}
		wait(t, p, broken)
		if mode == backend.Level {
			wait(t, p, broken)
		} else {
			wait(t, p)
			if err := p.Modify(5, tok, backend.Writable, mode); err != nil {
				t.Fatal(err)
			}
			wait(t, p, broken)
		}
		if err := p.Delete(5, tok); err != nil {
			t.Fatal(err)
		}
		wait(t, p)
	}
}

// Both filters in one fetch are one event, and both at their end a hang-up.
func TestFiltersAreMerged(t *testing.T) {
	p, k := opened(t, wide)
	if err := p.Add(5, tok, 0, backend.Readable|backend.Writable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	k.fetch = []kevent.Event{event(kevent.Read, kevent.EOF), event(kevent.Write, kevent.EOF)}
	wait(t, p, backend.Event{Token: tok, Ready: backend.ReadyReadable | backend.ReadyWritable | backend.ReadyReadClosed | backend.ReadyHangUp})
	k.fetch = []kevent.Event{event(kevent.Write, 0)}
	wait(t, p) // disarmed
}

// Who is woken before each fetch hears of sources all the same, where there is room for one.
func TestWakeTakesNoPlace(t *testing.T) {
	p, k := opened(t, wide)
	if err := p.Add(5, tok, 0, backend.Readable, backend.Level); err != nil {
		t.Fatal(err)
	}
	k.fetch = []kevent.Event{{Filter: kevent.User, Flags: kevent.Clear, Udata: WakeUdata}, event(kevent.Read, 0)}
	var events [1]backend.Event
	n, err := p.Wait(events[:], -1)
	if want := (backend.Event{Token: tok, Ready: backend.ReadyReadable}); n != 1 || err != nil || events[0] != want {
		t.Errorf("Wait: %v, %v, want %v", events[:n], err, want)
	}
}

// Where the kernel ignores EV_DISPATCH, what has reported is disabled by a call.
func TestDispatchIsEmulated(t *testing.T) {
	p, k := opened(t, Config{Wide: true})
	if err := p.Add(5, tok, 0, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	k.log, k.fetch = nil, []kevent.Event{event(kevent.Read, 0)}
	wait(t, p, backend.Event{Token: tok, Ready: backend.ReadyReadable})
	if len(k.log) != 1 || k.log[0].Flags&kevent.Disable == 0 || k.log[0].Filter != kevent.Read {
		t.Errorf("changes %+v, want one that disables", k.log)
	}
}

// A signal ends kevent, and a Wait with nothing.
func TestInterruptIsNoError(t *testing.T) {
	p, k := opened(t, wide)
	k.fetchErr = syscall.EINTR
	wait(t, p)
	k.fetchErr = syscall.ENOMEM
	if _, err := p.Wait(make([]backend.Event, 1), 0); !errors.Is(err, syscall.ENOMEM) {
		t.Errorf("got %v", err)
	}
}

func TestCookies(t *testing.T) {
	for _, c := range []struct {
		index, generation uint32
		narrow            bool
	}{
		{0, 1, true}, {1<<20 - 2, 1, true}, {7, 1 << 12, true}, {1<<20 - 1, 1, false}, {1 << 31, 1, false},
	} {
		tok := backend.MakeToken(c.index, c.generation)
		got, ok := cookie(tok, false)
		if ok != c.narrow {
			t.Errorf("%d: ok is %t", c.index, ok)
		}
		if ok && (indexOf(got, false) != c.index || got == uintptr(^uint32(0)) || got > uintptr(^uint32(0))) {
			t.Errorf("%d/%d: cookie %#x", c.index, c.generation, got)
		}
		if wide, ok := cookie(tok, true); ^uintptr(0) > 1<<32-1 && (!ok || indexOf(wide, true) != c.index || backend.Token(wide) != tok) {
			t.Errorf("%d/%d: wide cookie %#x", c.index, c.generation, wide)
		}
	}
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	p, k := opened(t, wide)
	if err := p.Add(5, tok, 0, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	events := make([]backend.Event, 8)
	one := []kevent.Event{event(kevent.Read, 0)}
	k.log = make([]kevent.Event, 0, 1000)
	if n := testing.AllocsPerRun(100, func() {
		k.log, k.fetch = k.log[:0], one
		if n, err := p.Wait(events, 0); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if err := p.Modify(5, tok, backend.Readable, backend.Oneshot); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Whatever the kernel reports, every event is of a registration that stands, once.
func FuzzHarvest(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 0x80, 0}, true)
	f.Add([]byte{1, 3, 0, 9, 9, 9, 2, 0, 0}, false)
	f.Fuzz(func(t *testing.T, raw []byte, isWide bool) {
		config := wide
		config.Wide = isWide && ^uintptr(0) > 1<<32-1
		p, k := opened(t, config)
		tokens := []backend.Token{backend.MakeToken(0, 1), backend.MakeToken(1, 7), backend.MakeToken(2, 4096)}
		for i, tok := range tokens {
			if err := p.Add(uintptr(5+i), tok, 0, backend.Readable|backend.Writable, backend.Mode(i)); err != nil {
				t.Fatal(err)
			}
		}
		for ; len(raw) >= 3; raw = raw[3:] {
			tok := tokens[int(raw[0])%3]
			if raw[0]&0x40 != 0 {
				tok ^= 1 << 34 // another generation
			}
			udata, _ := cookie(tok, config.Wide)
			if raw[0]&0x80 != 0 {
				udata ^= uintptr(raw[1])
			}
			k.fetch = append(k.fetch, kevent.Event{
				Filter: kevent.Filter(raw[1] % 6), Flags: kevent.Flags(raw[2]) << 8, Fflags: uint32(raw[2] & 1), Udata: udata,
			})
		}
		events := make([]backend.Event, 4)
		for len(k.fetch) > 0 {
			n, err := p.Wait(events, 0)
			if err != nil {
				t.Fatal(err)
			}
			seen := map[backend.Token]bool{}
			for _, ev := range events[:n] {
				if !slices.Contains(tokens, ev.Token) || seen[ev.Token] || ev.Ready == 0 {
					t.Fatalf("got %+v", events[:n])
				}
				seen[ev.Token] = true
			}
		}
	})
}
