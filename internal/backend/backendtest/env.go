package backendtest

import (
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

// env is what a case works with: the test, the Poller under examination, and
// the mode to use.
type env struct {
	*testing.T
	s    Subject
	f    backend.Features
	mode backend.Mode
	// brief: races are repeated less often.
	brief bool

	open   func(t *testing.T) Subject
	events []backend.Event
	fence  *fence
	closed bool
}

// fenceKey is the key of the fence; cases use small numbers.
const fenceKey = 1 << 63

// fence is a stream of which one end is registered. What happened before the
// fence was made readable has been seen, if it can be, once the fence is.
type fence struct {
	near, far Endpoint
	added     bool
}

func newEnv(t *testing.T, open func(t *testing.T) Subject, m backend.Mode, brief bool) *env {
	s := open(t)
	e := &env{T: t, s: s, f: s.Features(), mode: m, brief: brief, open: open, events: make([]backend.Event, 64)}
	t.Cleanup(e.close)
	return e
}

// close closes the Poller, if the case has not, and looks for what it left.
func (e *env) close() {
	if !e.closed {
		e.closed = true
		if err := e.s.Close(); err != nil {
			e.Errorf("Close: %v", err)
		}
	}
	if n := e.s.Counters().Outstanding; n != 0 {
		e.Errorf("after Close the kernel still holds %d operations", n)
	}
}

// simulated says that the sources are not sockets of this system.
func (e *env) simulated() bool {
	_, ok := e.s.(Network)
	return ok
}

// another is an env with a Poller of its own for the same case.
func (e *env) another() *env { return newEnv(e.T, e.open, e.mode, e.brief) }

// must ends the case if err is not nil.
func (e *env) must(err error, doing string) {
	e.Helper()
	if err != nil {
		e.Fatalf("%s: %v", doing, err)
	}
}

// mustBe ends the case if err does not match one of the sentinels.
func (e *env) mustBe(err error, doing string, sentinels ...error) {
	e.Helper()
	for _, want := range sentinels {
		if errors.Is(err, want) {
			return
		}
	}
	e.Fatalf("%s: got error %v, want one that matches %v", doing, err, sentinels)
}

// pair makes two connected streams that are closed when the case ends.
func (e *env) pair() (Endpoint, Endpoint) {
	e.Helper()
	var a, b Endpoint
	var err error
	if n, ok := e.s.(Network); ok {
		a, b, err = n.Pair()
	} else {
		a, b, err = tcpPair()
	}
	e.must(err, "making a pair of streams")
	e.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

func (e *env) add(s handler, key uint64, in backend.Interest) {
	e.Helper()
	e.must(e.s.Add(s.Handle(), key, in, e.mode), "Add")
}

// addForeign is add for a handle that came by duplication or inheritance. It
// returns false if the system's own socket calls do not know it either (Wine's
// WinSock has a list of those that it made), so that a mechanism which rests on
// these calls is right to refuse it.
func (e *env) addForeign(s handler, key uint64, in backend.Interest) bool {
	e.Helper()
	err := e.s.Add(s.Handle(), key, in, e.mode)
	if errors.Is(err, backend.ErrBadDescriptor) && sysPending(s.Handle()) != nil {
		return false
	}
	e.must(err, "Add")
	return true
}

func (e *env) modify(s handler, key uint64, in backend.Interest) {
	e.Helper()
	e.must(e.s.Modify(s.Handle(), key, in, e.mode), "Modify")
}

func (e *env) delete(s handler) {
	e.Helper()
	e.must(e.s.Delete(s.Handle()), "Delete")
}

// send writes p, which must fit.
func (e *env) send(s Endpoint, p string) {
	e.Helper()
	n, err := s.Write([]byte(p))
	if err != nil || n != len(p) {
		e.Fatalf("writing %d bytes: wrote %d, %v", len(p), n, err)
	}
}

// drain reads until the read would block or the stream ends; it says how much
// there was, and whether the stream has ended.
func (e *env) drain(s Endpoint) (total int, ended bool) {
	e.Helper()
	buf := make([]byte, 64<<10)
	for {
		n, err := s.Read(buf)
		total += n
		switch {
		case errors.Is(err, ErrWouldBlock):
			return total, false
		case errors.Is(err, io.EOF):
			return total, true
		case err != nil:
			e.Fatalf("reading: %v", err)
		}
	}
}

// receive reads until all of n bytes have come, which may be on their way for a moment
// after they were sent.
func (e *env) receive(s Endpoint, n int) {
	e.Helper()
	read := 0
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Microsecond) {
		k, ended := e.drain(s)
		if read += k; read == n {
			return
		}
		if read > n || ended || time.Now().After(deadline) {
			e.Fatalf("read %d bytes (ended: %t), want %d", read, ended, n)
		}
	}
}

// fill writes until the write would block.
func (e *env) fill(s Endpoint) (total int) {
	e.Helper()
	buf := make([]byte, 64<<10)
	for {
		n, err := s.Write(buf)
		total += n
		if errors.Is(err, ErrWouldBlock) {
			return total
		}
		e.must(err, "filling a stream")
		if total > 1<<30 {
			e.Fatal("a stream takes more than a gigabyte without blocking")
		}
	}
}

// full fills a source that is registered under key and armed for in until nothing is reported of
// it any more, and returns how much it took. There is room again for as long as what was written is
// on its way to the peer: then a write must find the room that was told.
func (e *env) full(s Endpoint, key uint64, in backend.Interest) (total int) {
	e.Helper()
	total = e.fill(s)
	for deadline, quiet := time.Now().Add(patience), 0; ; {
		evs := e.beforeFence()
		if len(evs) == 0 {
			if quiet++; quiet == 3 || e.simulated() {
				return total
			}
			time.Sleep(time.Millisecond) // nothing says that all has arrived
			continue
		}
		quiet = 0
		for _, ev := range evs {
			if uint64(ev.Token) != key || ev.Ready != backend.ReadyWritable {
				e.Fatalf("full: want no event, got %s", eventNames(evs))
			}
		}
		n := e.fill(s)
		// In edge mode it may be news of before the last write.
		if n == 0 && e.mode != backend.Edge || time.Now().After(deadline) {
			e.Fatalf("full, and a write takes %d bytes: got %s", n, eventNames(evs))
		}
		total += n
		if e.mode.IsOneshot() {
			e.modify(s, key, in)
		}
	}
}

// look calls Wait once.
func (e *env) look(timeout time.Duration) []backend.Event {
	e.Helper()
	n, err := e.s.Wait(e.events, timeout)
	e.must(err, "Wait")
	return e.events[:n]
}

// lookUntil calls Wait once, at most until then. A time that is over is none, and not without limit.
func (e *env) lookUntil(deadline time.Time) []backend.Event {
	e.Helper()
	return e.look(max(time.Until(deadline), 0))
}

// next waits for the next events.
func (e *env) next(doing string) []backend.Event {
	e.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if evs := e.lookUntil(deadline); len(evs) > 0 {
			return evs
		}
	}
	e.Fatalf("%s: no event for %v", doing, patience)
	return nil
}

// expect waits for one event of key and returns its readiness; an event of
// another key fails the case.
func (e *env) expect(key uint64, want backend.Readiness, doing string) backend.Readiness {
	e.Helper()
	evs := e.next(doing)
	if len(evs) != 1 || uint64(evs[0].Token) != key {
		e.Fatalf("%s: got %s, want an event of key %d", doing, eventNames(evs), key)
	}
	if evs[0].Ready&want != want {
		e.Fatalf("%s: got %s, want at least %s", doing, eventNames(evs), readinessNames(want))
	}
	return evs[0].Ready
}

// expectOnly is expect for an event with exactly the given readiness.
func (e *env) expectOnly(key uint64, want backend.Readiness, doing string) {
	e.Helper()
	if got := e.expect(key, want, doing); got != want {
		e.Fatalf("%s: got %s, want %s and nothing else", doing, readinessNames(got), readinessNames(want))
	}
}

// reach waits until events of key have told all of want, arming the source
// with in after each as its mode demands. Kernels may tell one condition after
// another; each event must be about key. It returns all that was told.
func (e *env) reach(s Endpoint, key uint64, in backend.Interest, want backend.Readiness, doing string) backend.Readiness {
	e.Helper()
	var told backend.Readiness
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		for _, ev := range e.lookUntil(deadline) {
			if uint64(ev.Token) != key {
				e.Fatalf("%s: got %s, want events of key %d only", doing, eventNames([]backend.Event{ev}), key)
			}
			told |= ev.Ready
		}
		if told&want == want {
			return told
		}
		if told != 0 && e.mode != backend.Level {
			e.modify(s, key, in)
		}
	}
	e.Fatalf("%s: in %v only %s was told, want %s", doing, patience, readinessNames(told), readinessNames(want))
	return told
}

// silent shows that nothing more is reported: it makes the fence ready and
// sees no event before or beside it.
func (e *env) silent(doing string) {
	e.Helper()
	if evs := e.beforeFence(); len(evs) > 0 {
		e.Fatalf("%s: want no event, got %s", doing, eventNames(evs))
	}
}

func (e *env) makeFence() {
	e.Helper()
	e.fence = new(fence)
	e.fence.near, e.fence.far = e.pair()
}

// beforeFence returns the events reported until the fence is seen, and in one
// look after it.
func (e *env) beforeFence() []backend.Event {
	e.Helper()
	if e.fence == nil {
		e.makeFence()
	}
	if !e.fence.added {
		e.fence.added = true
		e.must(e.s.Add(e.fence.near.Handle(), fenceKey, backend.Readable, backend.Oneshot), "Add of the fence")
	} else {
		e.must(e.s.Modify(e.fence.near.Handle(), fenceKey, backend.Readable, backend.Oneshot), "Modify of the fence")
	}
	e.send(e.fence.far, "f")
	var others []backend.Event
	seen := false
	for deadline := time.Now().Add(patience); !seen; {
		if !time.Now().Before(deadline) {
			e.Fatalf("the fence was not reported for %v (got %s)", patience, eventNames(others))
		}
		for _, ev := range e.lookUntil(deadline) {
			if ev.Token == fenceKey {
				seen = true
			} else if len(others) < 100 {
				others = append(others, ev)
			}
		}
	}
	others = append(others, e.look(0)...)
	if n, _ := e.drain(e.fence.near); n == 0 {
		e.Error("the fence was reported readable and held nothing")
	}
	return others
}

// settle waits until the source is readable, in whatever mode, by a look at a
// Poller's answer and not at the clock. It leaves the source registered under
// key with an empty interest.
func (e *env) settle(s Endpoint, key uint64) {
	e.Helper()
	e.must(e.s.Add(s.Handle(), key, backend.Readable, backend.Oneshot), "Add")
	e.expect(key, backend.ReadyReadable, "after data was sent")
	e.must(e.s.Modify(s.Handle(), key, 0, backend.Oneshot), "Modify to an empty interest")
}

// result is what a Wait in another goroutine returned.
type result struct {
	events []backend.Event
	err    error
}

// waitBeside calls Wait in another goroutine.
func (e *env) waitBeside(timeout time.Duration) <-chan result {
	ch := make(chan result, 1)
	go func() {
		events := make([]backend.Event, 64)
		n, err := e.s.Wait(events, timeout)
		ch <- result{events[:n], err}
	}()
	return ch
}

// receive waits for a value from another goroutine.
func receive[V any](e *env, ch <-chan V, doing string) V {
	e.Helper()
	return receiveWithin(e, patience, ch, doing)
}

func receiveWithin[V any](e *env, limit time.Duration, ch <-chan V, doing string) V {
	e.Helper()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case v := <-ch:
		return v
	case <-timer.C:
		e.Fatalf("%s: nothing for %v", doing, limit)
		panic("unreachable")
	}
}

// join waits for goroutines that must end by themselves.
func (e *env) join(wg *sync.WaitGroup, doing string) {
	e.Helper()
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	receive(e, done, doing)
}

// waitUntilWaiting returns when a Wait begun beside has most probably reached
// the mechanism: its count of waiting calls has moved, or it counts none.
func (e *env) waitUntilWaiting(before backend.Counters) {
	for deadline := time.Now().Add(5 * time.Millisecond); time.Now().Before(deadline); {
		if e.s.Counters().Waits != before.Waits {
			return
		}
		time.Sleep(100 * time.Microsecond)
	}
}

// The real sockets of a case are closed when it ends.

func (e *env) socket() *socket {
	e.Helper()
	s, err := newSocket(stream)
	e.must(err, "making a socket")
	e.Cleanup(func() { s.Close() })
	return s
}

func (e *env) sockets() (*socket, *socket) {
	e.Helper()
	a, b, err := tcpPair()
	e.must(err, "making a TCP connection")
	e.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

func (e *env) listener() (*socket, int) {
	e.Helper()
	l, port, err := listener()
	e.must(err, "making a listener")
	e.Cleanup(func() { l.Close() })
	return l, port
}

func (e *env) bound(k kind) (*socket, int, error) {
	s, port, err := bound(k)
	if err == nil {
		e.Cleanup(func() { s.Close() })
	}
	return s, port, err
}
