package fallback

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/sim"
)

// recorder is a simulated mechanism that refuses some sources, notes the calls
// and fails when told to. Everything runs in bubbles, where a goroutine that is
// left over fails the test.
type recorder struct {
	*sim.Poll
	name    string
	refuses func(h uintptr) bool
	calls   *[]string
	fail    error // of the next Wait
	fewer   *backend.Features
}

func (r *recorder) note(call string) { *r.calls = append(*r.calls, r.name+" "+call) }

func (r *recorder) Add(h uintptr, tok, old backend.Token, in backend.Interest, mode backend.Mode) error {
	if r.refuses != nil && r.refuses(h) {
		return backend.ErrNoBaseSocket
	}
	r.note("add")
	return r.Poll.Add(h, tok, old, in, mode)
}

func (r *recorder) Modify(h uintptr, tok backend.Token, in backend.Interest, mode backend.Mode) error {
	r.note("modify")
	return r.Poll.Modify(h, tok, in, mode)
}

func (r *recorder) Delete(h uintptr, tok backend.Token) error {
	r.note("delete")
	return r.Poll.Delete(h, tok)
}

func (r *recorder) Wait(events []backend.Event, timeout time.Duration) (int, error) {
	if err := r.fail; err != nil {
		r.fail = nil
		return 0, err
	}
	return r.Poll.Wait(events, timeout)
}

func (r *recorder) Close() error {
	r.note("close")
	return r.Poll.Close()
}

func (r *recorder) Features() backend.Features {
	if r.fewer != nil {
		return *r.fewer
	}
	return r.Poll.Features()
}

type fixture struct {
	*testing.T
	k        sim.Kernel
	p        *Poll
	one, two *recorder
	calls    []string
	opened   int
	openErr  error
	layered  map[uintptr]bool // what the primary refuses
	events   []backend.Event
}

func bubble(t *testing.T, do func(f *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &fixture{T: t, layered: map[uintptr]bool{}, events: make([]backend.Event, 16)}
		f.one = &recorder{Poll: f.k.Open(sim.Config{}), name: "one", calls: &f.calls, refuses: func(h uintptr) bool { return f.layered[h] }}
		f.two = &recorder{Poll: f.k.Open(sim.Config{}), name: "two", calls: &f.calls}
		f.p = New(f.one, func() (backend.Backend, error) {
			f.opened++
			return f.two, f.openErr
		})
		defer func() {
			if err := f.p.Close(); err != nil {
				t.Error(err)
			}
		}()
		do(f)
	})
}

func token(i int) backend.Token { return backend.MakeToken(uint32(i), 1) }

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// source makes one that the primary takes or refuses.
func (f *fixture) source(layered bool) *sim.Source {
	s := f.k.NewSource()
	f.layered[s.Handle()] = layered
	return s
}

func (f *fixture) add(s *sim.Source, i int, mode backend.Mode) {
	f.Helper()
	f.must(f.p.Add(s.Handle(), token(i), 0, backend.Readable, mode))
}

func (f *fixture) wait(timeout time.Duration) []backend.Event {
	f.Helper()
	n, err := f.p.Wait(f.events, timeout)
	f.must(err)
	got := slices.Clone(f.events[:n])
	slices.SortFunc(got, func(a, b backend.Event) int { return int(a.Token.Index()) - int(b.Token.Index()) })
	return got
}

func (f *fixture) expect(doing string, timeout time.Duration, want ...backend.Event) {
	f.Helper()
	if got := f.wait(timeout); !slices.Equal(got, want) {
		f.Fatalf("%s: got %+v, want %+v", doing, got, want)
	}
}

func readable(i int) backend.Event {
	return backend.Event{Token: token(i), Ready: backend.ReadyReadable}
}

func TestRoutes(t *testing.T) {
	bubble(t, func(f *fixture) {
		plain, layered := f.source(false), f.source(true)
		f.add(plain, 0, backend.Level)
		if f.opened != 0 {
			t.Error("the secondary was opened before it was needed")
		}
		f.add(layered, 1, backend.Level)
		for i, s := range []*sim.Source{plain, layered} {
			f.must(f.p.Modify(s.Handle(), token(i), backend.Readable, backend.Oneshot))
			f.must(f.p.Delete(s.Handle(), token(i)))
		}
		want := []string{"one add", "two add", "one modify", "one delete", "two modify", "two delete"}
		if !slices.Equal(f.calls, want) {
			t.Errorf("calls %q, want %q", f.calls, want)
		}
		if n := f.p.served.Load(); n != 0 || f.opened != 1 {
			t.Errorf("the secondary was opened %d times and has %d sources", f.opened, n)
		}
		f.calls = nil
		f.must(f.p.Close())
		if want := []string{"two close", "one close"}; !slices.Equal(f.calls, want) {
			t.Errorf("closing: %q, want %q", f.calls, want)
		}
		f.p = New(f.k.Open(sim.Config{}), nil) // for the fixture to close
	})
}

func TestBothAreReported(t *testing.T) {
	for _, mode := range []backend.Mode{backend.Oneshot, backend.Level, backend.EdgeOneshot} {
		bubble(t, func(f *fixture) {
			plain, layered := f.source(false), f.source(true)
			f.add(plain, 0, mode)
			f.add(layered, 1, mode)
			f.expect("idle", 0)
			f.expect("idle", time.Second)
			plain.SetReadable(true)
			layered.SetReadable(true)
			f.expect("both at once", 0, readable(0), readable(1))
			if mode == backend.Level {
				f.expect("both still", time.Second, readable(0), readable(1))
			} else {
				f.expect("disarmed", time.Second)
				f.must(f.p.Modify(plain.Handle(), token(0), backend.Readable, mode))
				f.must(f.p.Modify(layered.Handle(), token(1), backend.Readable, mode))
			}
			plain.SetReadable(false)
			layered.SetReadable(false)
			for i, s := range []*sim.Source{plain, layered} {
				time.AfterFunc(time.Minute, func() { s.SetReadable(true) })
				begun := time.Now()
				f.expect("one during a Wait", -1, readable(i))
				if took := time.Since(begun); took != time.Minute {
					t.Errorf("reported after %v", took)
				}
				s.SetReadable(false)
			}
			f.expect("idle again", time.Second)
		})
	}
}

// Level mode does not spin: while nobody waits nobody is asked, and what was
// read meanwhile is not reported.
func TestNothingHappensBetweenWaits(t *testing.T) {
	bubble(t, func(f *fixture) {
		s := f.source(true)
		f.add(s, 0, backend.Level)
		f.expect("idle", time.Second)
		before := f.two.Counters().Waits
		s.SetReadable(true)
		time.Sleep(time.Hour)
		s.SetReadable(false)
		if n := f.two.Counters().Waits - before; n != 0 {
			t.Errorf("the secondary was asked %d times while nobody waited", n)
		}
		f.expect("read meanwhile", time.Second)
	})
}

func TestTimeoutAndNotify(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.add(f.source(false), 0, backend.Level)
		f.add(f.source(true), 1, backend.Level)
		f.wait(0) // takes the notification that Add made
		for _, timeout := range []time.Duration{time.Millisecond, time.Hour} {
			begun := time.Now()
			f.expect("idle", timeout)
			if took := time.Since(begun); took != timeout {
				t.Errorf("Wait(%v) took %v", timeout, took)
			}
		}
		for range 3 {
			f.must(f.p.Notify())
			f.expect("notified before", -1)
			begun := time.Now()
			f.expect("consumed", time.Second)
			if took := time.Since(begun); took != time.Second {
				t.Errorf("one notification ended two Waits: %v", took)
			}
			time.AfterFunc(time.Second, func() { f.p.Notify() })
			f.expect("notified during", -1)
		}
	})
}

func TestAddDuringWait(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.add(f.source(false), 0, backend.Level)
		s := f.source(true)
		s.SetReadable(true)
		time.AfterFunc(time.Minute, func() {
			if err := f.p.Add(s.Handle(), token(1), 0, backend.Readable, backend.Level); err != nil {
				t.Error(err)
			}
		})
		begun := time.Now()
		for len(f.wait(-1)) == 0 {
		}
		if took := time.Since(begun); took != time.Minute {
			t.Errorf("the secondary's first source was seen after %v", took)
		}
	})
}

func TestBatches(t *testing.T) {
	bubble(t, func(f *fixture) {
		const sources = 12
		for i := range sources {
			s := f.source(i%3 != 0)
			s.SetReadable(true)
			f.add(s, i, backend.Level)
		}
		f.events = f.events[:3]
		counts := map[backend.Token]int{}
		for range 5 * sources {
			got := f.wait(0)
			if len(got) != 3 {
				t.Fatalf("%d events where %d sources are ready and 3 fit", len(got), sources)
			}
			for i, ev := range got {
				counts[ev.Token]++
				if i > 0 && got[i-1].Token == ev.Token {
					t.Fatalf("%#x twice in one Wait", ev.Token)
				}
			}
		}
		for i := range sources {
			if counts[token(i)] < 5 {
				t.Errorf("source %d starves: %v", i, counts)
			}
		}
	})
}

// Oneshot sources found during a sleep beside more events than fit.
func TestWhatDoesNotFitIsKept(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.events = f.events[:2]
		var all []*sim.Source
		for i := range 8 {
			all = append(all, f.source(i%2 == 0))
			f.add(all[i], i, backend.Oneshot)
		}
		f.wait(0)
		time.AfterFunc(time.Second, func() {
			for _, s := range all {
				s.SetReadable(true)
			}
		})
		seen := map[backend.Token]bool{}
		for deadline := time.Now().Add(time.Minute); len(seen) < len(all) && time.Now().Before(deadline); {
			for _, ev := range f.wait(10 * time.Second) {
				if seen[ev.Token] {
					t.Errorf("%#x was reported twice", ev.Token)
				}
				seen[ev.Token] = true
			}
		}
		if len(seen) != len(all) {
			t.Errorf("%d of %d were reported", len(seen), len(all))
		}
	})
}

func TestTheNumberChangesHands(t *testing.T) {
	for _, layeredFirst := range []bool{true, false} {
		bubble(t, func(f *fixture) {
			s := f.source(layeredFirst)
			f.add(s, 0, backend.Level)
			if err := f.p.Add(s.Handle(), token(1), token(0), backend.Readable, backend.Level); !errors.Is(err, backend.ErrExists) {
				t.Fatalf("second Add: %v", err)
			}
			s.Close()
			fresh := f.source(!layeredFirst)
			if fresh.Handle() != s.Handle() {
				t.Fatal("the simulation gave another number")
			}
			f.must(f.p.Add(fresh.Handle(), token(1), token(0), backend.Readable, backend.Level))
			fresh.SetReadable(true)
			f.expect("the new one", time.Second, readable(1))
			if got, want := f.p.served.Load() == 1, !layeredFirst; got != want {
				t.Errorf("the secondary serves it: %v, want %v", got, want)
			}
		})
	}
}

func TestClosedEndsAtTheSecondary(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.one.Poll, f.two.Poll = f.k.Open(sim.Config{ReportsClose: true}), f.k.Open(sim.Config{ReportsClose: true})
		s := f.source(true)
		f.add(s, 0, backend.Level)
		f.wait(0)
		s.Close()
		f.expect("closed", time.Second, backend.Event{Token: token(0), Ready: backend.ReadyClosed})
		if n := f.p.served.Load(); n != 0 {
			t.Errorf("the secondary still has %d sources", n)
		}
		if err := f.p.Modify(s.Handle(), token(0), backend.Readable, backend.Level); !errors.Is(err, backend.ErrNotFound) {
			t.Errorf("Modify: %v", err)
		}
	})
}

func TestTheSecondaryCannotBeOpened(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.openErr = errors.New("no such thing")
		s := f.source(true)
		for range 2 {
			err := f.p.Add(s.Handle(), token(0), 0, backend.Readable, backend.Level)
			if !errors.Is(err, f.openErr) || !errors.Is(err, backend.ErrNoBaseSocket) {
				t.Errorf("Add: %v", err)
			}
		}
		f.openErr = nil
		f.add(s, 0, backend.Level)
		if f.opened != 3 {
			t.Errorf("tried %d times", f.opened)
		}
	})
}

func TestWhatTheSecondaryLacks(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.two.fewer = &backend.Features{
			Modes: backend.Modes(backend.Oneshot), Interests: backend.Readable, Readiness: ^backend.Readiness(0),
		}
		s := f.source(true)
		for _, tt := range []struct {
			in   backend.Interest
			mode backend.Mode
		}{{backend.Readable, backend.Level}, {backend.Writable, backend.Oneshot}} {
			if err := f.p.Add(s.Handle(), token(0), 0, tt.in, tt.mode); !errors.Is(err, backend.ErrUnsupported) {
				t.Errorf("Add: %v", err)
			}
		}
		f.add(s, 0, backend.Oneshot)
		if err := f.p.Modify(s.Handle(), token(0), backend.Readable, backend.Level); !errors.Is(err, backend.ErrUnsupported) {
			t.Errorf("Modify: %v", err)
		}
		// The primary is exact about failed attempts, the secondary is not.
		s.FailConnect()
		got := f.wait(time.Second)
		for len(got) == 0 {
			got = f.wait(time.Second)
		}
		if got[0].Ready&backend.ReadyConnectFailed != 0 || got[0].Ready&backend.ReadyError == 0 {
			t.Errorf("told %#x", got[0].Ready)
		}
	})
}

func TestErrorsSurfaceAndLoseNothing(t *testing.T) {
	failure := errors.New("no buffer space")
	bubble(t, func(f *fixture) {
		plain, layered := f.source(false), f.source(true)
		f.add(plain, 0, backend.Oneshot)
		f.add(layered, 1, backend.Oneshot)
		f.wait(0)
		plain.SetReadable(true)
		layered.SetReadable(true)
		for _, r := range []*recorder{f.one, f.two} {
			f.must(f.p.Modify(plain.Handle(), token(0), backend.Readable, backend.Oneshot))
			f.must(f.p.Modify(layered.Handle(), token(1), backend.Readable, backend.Oneshot))
			r.fail = failure
			seen, told := 0, 0
			for range 4 {
				n, err := f.p.Wait(f.events, 0)
				if errors.Is(err, failure) {
					told++
				} else {
					f.must(err)
				}
				seen += n
			}
			if seen != 2 || told != 1 {
				t.Errorf("%s failed once: %d events and %d errors, want 2 and 1", r.name, seen, told)
			}
		}
		// The same while both sleep.
		f.wait(0)
		f.two.fail = failure
		f.two.refuses = nil
		told := 0
		for range 3 {
			if _, err := f.p.Wait(f.events, time.Second); errors.Is(err, failure) {
				told++
			}
		}
		if told != 1 {
			t.Errorf("told %d times", told)
		}
	})
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	p := New(&steady{refuses: true}, func() (backend.Backend, error) { return &steady{}, nil })
	defer p.Close()
	if err := p.Add(4, token(0), 0, backend.Readable, backend.Level); err != nil {
		t.Fatal(err)
	}
	events := make([]backend.Event, 4)
	if n := testing.AllocsPerRun(100, func() { p.Wait(events, time.Millisecond) }); n != 0 {
		t.Errorf("%v allocations for a Wait", n)
	}
}

// steady is a mechanism that finds something every other time and allocates
// nothing.
type steady struct {
	backend.Backend
	refuses  bool
	waits    int
	notified chan struct{}
}

func (s *steady) Features() backend.Features {
	return backend.Features{Modes: backend.Modes(backend.Level), Interests: backend.AllInterests, Readiness: ^backend.Readiness(0)}
}

func (s *steady) Add(uintptr, backend.Token, backend.Token, backend.Interest, backend.Mode) error {
	s.notified = make(chan struct{}, 1)
	if s.refuses {
		return backend.ErrNoBaseSocket
	}
	return nil
}

func (s *steady) Wait(events []backend.Event, timeout time.Duration) (int, error) {
	s.waits++
	if !s.refuses && s.waits%2 == 0 {
		events[0] = readable(0)
		return 1, nil
	}
	if timeout < 0 {
		<-s.notified
	}
	return 0, nil
}

func (s *steady) Notify() error {
	select {
	case s.notified <- struct{}{}:
	default: // coalesced
	}
	return nil
}

func (s *steady) Close() error { return nil }
