package wsapoll

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/winsock"
)

// Every test here runs in a bubble: time is simulated, and a goroutine that is
// left over fails the test.

type fixture struct {
	*testing.T
	k *fakeKernel
	p *Poll

	events []backend.Event
}

func bubble(t *testing.T, groupSize int, do func(f *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		k := newFake()
		f := &fixture{T: t, k: k, p: newPoll(k, groupSize, ^backend.Readiness(0)), events: make([]backend.Event, 16)}
		defer func() {
			if err := f.p.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}()
		do(f)
	})
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func token(i int) backend.Token { return backend.MakeToken(uint32(i), 1) }

// wait calls Wait after everybody else has come to rest.
func (f *fixture) wait(timeout time.Duration) []backend.Event {
	f.Helper()
	synctest.Wait()
	n, err := f.p.Wait(f.events, timeout)
	f.must(err)
	return slices.Clone(f.events[:n])
}

func (f *fixture) expect(doing string, timeout time.Duration, want ...backend.Event) {
	f.Helper()
	if got := f.wait(timeout); !slices.Equal(got, want) {
		f.Fatalf("%s: got %+v, want %+v", doing, got, want)
	}
}

func TestModes(t *testing.T) {
	for _, mode := range []backend.Mode{backend.Oneshot, backend.EdgeOneshot, backend.Level} {
		bubble(t, 8, func(f *fixture) {
			h := f.k.open(80)
			f.must(f.p.Add(h, token(0), 0, backend.Readable, mode))
			f.expect("idle", 0)
			f.expect("idle", time.Second)
			event := backend.Event{Token: token(0), Ready: R}
			f.k.set(h, winsock.PollRdNorm)
			f.expect("ready", 0, event)
			if mode == backend.Level {
				f.expect("ready still", 0, event)
				f.expect("ready still", -1, event)
			} else {
				f.expect("disarmed", 0)
				f.expect("disarmed", time.Second)
				f.must(f.p.Modify(h, token(0), backend.Readable, mode))
				f.expect("armed again", 0, event)
				f.must(f.p.Modify(h, token(0), backend.Readable, mode))
			}
			f.k.set(h, 0)
			f.expect("drained", 0)
			// It is found ready by its group, and is not when Wait begins.
			f.k.set(h, winsock.PollRdNorm)
			synctest.Wait()
			f.k.set(h, 0)
			f.expect("drained before Wait", time.Second)
			f.k.set(h, winsock.PollRdNorm)
			f.expect("ready again", time.Second, event)
		})
	}
}

func TestReadyDuringWait(t *testing.T) {
	bubble(t, 8, func(f *fixture) {
		h := f.k.open(80)
		f.must(f.p.Add(h, token(0), 0, backend.Readable, backend.Oneshot))
		time.AfterFunc(time.Minute, func() { f.k.set(h, winsock.PollRdNorm) })
		begun := time.Now()
		f.expect("ready after a minute", -1, backend.Event{Token: token(0), Ready: R})
		if took := time.Since(begun); took != time.Minute {
			t.Errorf("reported after %v", took)
		}
		// A source that is added during the Wait.
		h2 := f.k.open(81)
		f.k.set(h2, winsock.PollWrNorm)
		time.AfterFunc(time.Minute, func() {
			if err := f.p.Add(h2, token(1), 0, backend.Writable, backend.Oneshot); err != nil {
				t.Error(err)
			}
		})
		f.expect("added after a minute", time.Hour, backend.Event{Token: token(1), Ready: W})
	})
}

func TestTimeoutAndNotify(t *testing.T) {
	bubble(t, 8, func(f *fixture) {
		f.must(f.p.Add(f.k.open(80), token(0), 0, backend.Readable, backend.Level))
		for _, timeout := range []time.Duration{1, time.Millisecond, time.Hour} {
			begun := time.Now()
			f.expect("idle", timeout)
			if took := time.Since(begun); took != timeout {
				t.Errorf("Wait(%v) took %v", timeout, took)
			}
		}
		f.must(f.p.Notify())
		f.must(f.p.Notify())
		begun := time.Now()
		f.expect("notified", -1)
		f.expect("not notified", time.Second)
		if took := time.Since(begun); took != time.Second {
			t.Errorf("two notifications ended more than one Wait: %v", took)
		}
		time.AfterFunc(time.Second, func() { f.p.Notify() })
		f.expect("notified during the Wait", -1)
	})
}

func TestBatchesAreFair(t *testing.T) {
	bubble(t, 4, func(f *fixture) {
		const sources = 10
		for i := range sources {
			h := f.k.open(uint16(80 + i))
			f.k.set(h, winsock.PollRdNorm)
			f.must(f.p.Add(h, token(i), 0, backend.Readable, backend.Level))
		}
		f.events = f.events[:3]
		counts := map[backend.Token]int{}
		for range sources {
			events := f.wait(0)
			if len(events) != 3 {
				t.Fatalf("%d events of %d ready sources, want 3", len(events), sources)
			}
			for _, ev := range events {
				counts[ev.Token]++
			}
		}
		for i := range sources {
			if counts[token(i)] != 3 {
				t.Fatalf("in 10 rounds of 3, want each source 3 times: %v", counts)
			}
		}
	})
}

func TestClosedIsTold(t *testing.T) {
	for name, arm := range map[string]func(f *fixture, h uintptr){
		"not looked at yet":      func(*fixture, uintptr) {},
		"watched":                func(f *fixture, _ uintptr) { f.expect("idle", time.Second) },
		"just handed to a group": func(f *fixture, _ uintptr) { f.expect("idle", 0) },
		"found ready by a group": func(f *fixture, h uintptr) { f.expect("idle", 0); f.k.set(h, winsock.PollRdNorm); synctest.Wait() },
		"and its number is taken": func(f *fixture, h uintptr) {
			f.expect("idle", 0)
			synctest.Wait()
			f.must(f.k.close(h))
			f.k.reopen(h, 99)
		},
	} {
		bubble(t, 8, func(f *fixture) {
			h := f.k.open(80)
			f.must(f.p.Add(h, token(0), 0, backend.Readable, backend.Level))
			arm(f, h)
			if _, err := f.k.check(h); err == nil && f.k.local(h) == address(80) {
				f.must(f.k.close(h))
			}
			f.expect(name, time.Second, backend.Event{Token: token(0), Ready: backend.ReadyClosed})
			f.expect("told already", time.Second)
			if err := f.p.Modify(h, token(0), backend.Readable, backend.Level); !errors.Is(err, backend.ErrNotFound) {
				t.Errorf("%s: Modify afterwards: %v", name, err)
			}
		})
	}
}

// A call that begins with a closed socket sleeps on. Rounds end now and then for
// that reason.
func TestClosedWhileItsGroupWasAwake(t *testing.T) {
	bubble(t, 8, func(f *fixture) {
		a, b := f.k.open(80), f.k.open(81)
		f.must(f.p.Add(a, token(0), 0, backend.Readable, backend.Oneshot))
		f.must(f.p.Add(b, token(1), 0, backend.Readable, backend.Oneshot))
		f.expect("idle", 0)
		synctest.Wait()
		// The group is asleep; what it does next begins with b closed.
		f.k.mu.Lock()
		f.k.sockets[a].state = winsock.PollRdNorm
		delete(f.k.sockets, b)
		f.k.changed.Broadcast()
		f.k.mu.Unlock()
		f.expect("ready", -1, backend.Event{Token: token(0), Ready: R})
		f.expect("closed", time.Second, backend.Event{Token: token(1), Ready: backend.ReadyClosed})
		// Between two rounds that nothing has ended.
		f.must(f.p.Modify(a, token(0), backend.Priority, backend.Oneshot))
		c := f.k.open(82)
		f.must(f.p.Add(c, token(2), 0, backend.Readable, backend.Oneshot))
		f.expect("idle", 10*time.Minute)
		f.k.mu.Lock()
		delete(f.k.sockets, c)
		f.k.mu.Unlock()
		f.expect("closed in between", 2*lastPatience*time.Millisecond, backend.Event{Token: token(2), Ready: backend.ReadyClosed})
	})
}

func TestNoEventOfAnotherSocket(t *testing.T) {
	bubble(t, 8, func(f *fixture) {
		h := f.k.open(80)
		f.must(f.p.Add(h, token(0), 0, backend.Readable, backend.Oneshot))
		// Closed and in use again before anybody has looked.
		f.must(f.k.close(h))
		f.k.reopen(h, 99)
		f.expect("the new socket is idle", 0)
		f.k.set(h, winsock.PollRdNorm)
		f.expect("the new socket is ready", time.Second, backend.Event{Token: token(0), Ready: backend.ReadyClosed})
	})
}

func TestAddOverAnEarlierRegistration(t *testing.T) {
	type step func(f *fixture, h uintptr)
	nothing := func(*fixture, uintptr) {}
	watched := func(f *fixture, _ uintptr) { f.expect("idle", 0); synctest.Wait() }
	closed := func(f *fixture, h uintptr) { f.must(f.k.close(h)); f.k.reopen(h, 0) }
	tests := []struct {
		name        string
		port        uint16
		in          backend.Interest
		before, now step
		want        error
	}{
		{"bound, open", 80, backend.Readable, nothing, nothing, backend.ErrExists},
		{"bound, open, watched", 80, backend.Readable, watched, nothing, backend.ErrExists},
		{"bound, open, disarmed", 80, 0, nothing, nothing, backend.ErrExists},
		{"bound, closed", 80, backend.Readable, nothing, closed, nil},
		{"bound, closed, disarmed", 80, 0, nothing, closed, nil},
		{"not bound, open", 0, backend.Readable, nothing, nothing, backend.ErrExists},
		{"not bound, open, watched", 0, backend.Readable, watched, nothing, backend.ErrExists},
		{"not bound, closed, watched", 0, backend.Readable, watched, closed, nil},
		{"not bound, disarmed: cannot be known", 0, 0, nothing, nothing, nil},
	}
	for _, tt := range tests {
		bubble(t, 8, func(f *fixture) {
			h := f.k.open(tt.port)
			f.must(f.p.Add(h, token(0), 0, tt.in, backend.Oneshot))
			tt.before(f, h)
			tt.now(f, h)
			err := f.p.Add(h, token(1), token(0), backend.Readable, backend.Oneshot)
			if !errors.Is(err, tt.want) {
				t.Fatalf("%s: Add: %v, want %v", tt.name, err, tt.want)
			}
			f.k.set(h, winsock.PollRdNorm)
			tok := token(1)
			if err != nil {
				tok = token(0)
			}
			if tt.in != 0 || err == nil {
				f.expect(tt.name, time.Second, backend.Event{Token: tok, Ready: R})
			}
			f.expect(tt.name, time.Second)
		})
	}
}

// The peer has finished sending, which is always told, and only room for
// writing was asked for, of which there is none.
func TestUndeclinableAnswerDoesNotSpin(t *testing.T) {
	for _, mode := range []backend.Mode{backend.Oneshot, backend.Level} {
		bubble(t, 8, func(f *fixture) {
			h := f.k.open(80)
			f.must(f.p.Add(h, token(0), 0, backend.Writable, mode))
			f.expect("idle", 0)
			f.k.set(h, winsock.PollHup)
			before := f.k.pollCount()
			f.expect("not what was asked for", time.Second)
			if n := f.k.pollCount() - before; n > 2*1000/shutTick+10 {
				t.Errorf("%d calls in a second", n)
			}
			f.k.set(h, winsock.PollHup|winsock.PollWrNorm)
			f.expect("room", time.Second, backend.Event{Token: token(0), Ready: W})
			f.must(f.p.Modify(h, token(0), backend.Readable, mode))
			f.expect("end of stream", 0, backend.Event{Token: token(0), Ready: R | RC})
		})
	}
}

func TestIdleGroupsRest(t *testing.T) {
	bubble(t, 4, func(f *fixture) {
		for i := range 10 {
			f.must(f.p.Add(f.k.open(uint16(80+i)), token(i), 0, backend.Readable, backend.Level))
		}
		f.expect("idle", time.Minute)
		before := f.k.pollCount()
		f.expect("idle", time.Hour)
		if n := f.k.pollCount() - before; n > 3*(3600_000/lastPatience+1) {
			t.Errorf("%d calls of 3 groups in an idle hour", n)
		}
	})
}

func TestGroupsComeAndGo(t *testing.T) {
	bubble(t, 4, func(f *fixture) {
		var hs []uintptr
		for i := range 10 {
			hs = append(hs, f.k.open(uint16(80+i)))
			f.must(f.p.Add(hs[i], token(i), 0, backend.Readable, backend.Oneshot))
		}
		f.expect("idle", 0)
		if n := len(f.p.groups); n != 3 {
			t.Errorf("10 sockets in groups of 4: %d groups", n)
		}
		for i := range 10 {
			f.must(f.p.Delete(hs[i], token(i)))
		}
		synctest.Wait()
		if n := len(f.p.groups); n != 1 {
			t.Errorf("%d groups without members", n)
		}
		if n := f.k.openSockets(); n != 10+2 {
			t.Errorf("%d sockets are open, want 10 and a wake-up pair", n)
		}
		f.must(f.p.Add(hs[0], token(0), 0, backend.Readable, backend.Oneshot))
		f.k.set(hs[0], winsock.PollRdNorm)
		f.expect("ready", -1, backend.Event{Token: token(0), Ready: R})
		f.must(f.p.Close())
		if n := f.k.openSockets(); n != 10 {
			t.Errorf("%d sockets are open after Close, want 10", n)
		}
		f.p = newPoll(f.k, 4, 0) // for the fixture to close
	})
}

func TestErrorsAreTold(t *testing.T) {
	failure := errors.New("no buffer space")
	bubble(t, 8, func(f *fixture) {
		h := f.k.open(80)
		f.must(f.p.Add(h, token(0), 0, backend.Readable, backend.Oneshot))
		synctest.Wait() // so that it is not the group's first round that fails
		f.k.failNext(failure)
		if n, err := f.p.Wait(f.events, -1); n != 0 || !errors.Is(err, failure) {
			t.Fatalf("the waiter's own look fails: %d, %v", n, err)
		}
		f.expect("looked at again", 0)
		synctest.Wait()
		f.k.failNext(failure)
		h2 := f.k.open(81)
		f.must(f.p.Add(h2, token(1), 0, backend.Readable, backend.Oneshot))
		var told error
		for range 3 {
			if _, err := f.p.Wait(f.events, 100*time.Millisecond); err != nil {
				told = err
			}
		}
		if !errors.Is(told, failure) {
			t.Fatalf("told %v", told)
		}
		f.k.set(h, winsock.PollRdNorm)
		f.expect("the group goes on", time.Second, backend.Event{Token: token(0), Ready: R})
	})
}

func TestRefusals(t *testing.T) {
	bubble(t, 8, func(f *fixture) {
		if err := f.p.Add(4444, token(0), 0, backend.Readable, backend.Oneshot); !errors.Is(err, backend.ErrBadDescriptor) || !errors.Is(err, errNotSocket) {
			t.Errorf("Add of no socket: %v", err)
		}
		h := f.k.open(80)
		if err := f.p.Add(h, token(0), 0, backend.Readable, backend.Edge); !errors.Is(err, backend.ErrUnsupported) {
			t.Errorf("edge mode: %v", err)
		}
		if err := f.p.Modify(h, token(0), backend.Readable, backend.Oneshot); !errors.Is(err, backend.ErrNotFound) {
			t.Errorf("Modify of no registration: %v", err)
		}
		f.must(f.p.Delete(h, token(0)))
		if n := f.k.openSockets(); n != 1 {
			t.Errorf("refusals left %d sockets", n-1)
		}
	})
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	k := newFake()
	p := newPoll(k, 8, ^backend.Readiness(0))
	defer p.Close()
	h := k.open(80)
	k.set(h, winsock.PollRdNorm)
	events := make([]backend.Event, 8)
	if err := p.Add(h, token(0), 0, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	allocs := testing.AllocsPerRun(100, func() {
		if n, err := p.Wait(events, time.Second); n != 1 || err != nil {
			t.Fatalf("Wait: %d, %v", n, err)
		}
		if err := p.Modify(h, token(0), backend.Readable, backend.Oneshot); err != nil {
			t.Fatal(err)
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations for an event", allocs)
	}
}
