package goetia

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// cycles is how many connections live and die in the soak test. GOETIA_SOAK says how many.
func cycles(t *testing.T) int {
	if s := os.Getenv("GOETIA_SOAK"); s != "" {
		return check[int](t)(strconv.Atoi(s))
	}
	n := 10_000
	if runtime.GOOS == "windows" || raceDetector {
		n /= 8
	}
	if testing.Short() {
		n /= 4
	}
	return n
}

// TestSoak: very many connections are watched, stopped, armed anew, given timeouts and closed,
// all of it while something else happens to them. Each arm fires once or is stopped, each
// fire is the connection's own, and nothing is left.
func TestSoak(t *testing.T) {
	for _, opts := range [][]Option{
		{WithSweep(20 * time.Millisecond)},
		{WithSweep(20 * time.Millisecond), WithShards(3), WithCallbackLimit(8)},
	} {
		t.Run(fmt.Sprint(len(opts)), func(t *testing.T) { soak(t, cycles(t)/2, opts...) })
	}
}

func soak(t *testing.T, n int, opts ...Option) {
	r := open(t, opts...)
	const workers = 64
	var listeners [workers]net.Listener
	for i := range listeners {
		listeners[i] = check[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
		defer listeners[i].Close()
	}
	s := &soaking{t: t, r: r}
	// What is made once and kept is not to be taken for what is left over.
	s.run(listeners[:], workers)
	s.quiet()
	before := s.holdings()
	began := time.Now()
	s.run(listeners[:], n)
	t.Logf("%d cycles in %v", n, time.Since(began).Round(time.Millisecond))
	s.quiet()
	// A goroutine or a descriptor may take its time to end.
	var after holdings
	for until := time.Now().Add(soon); ; time.Sleep(time.Millisecond) {
		after = s.holdings()
		if !after.exceeds(before) || time.Now().After(until) {
			break
		}
	}
	t.Logf("before %+v, after %+v", before, after)
	if after.exceeds(before) {
		t.Error("something is left over")
	}
	st := r.Stats()
	if got := s.fires.Load() + s.stops.Load(); st.Arms != got {
		t.Errorf("%d arms, and %d fires and %d stops", st.Arms, s.fires.Load(), s.stops.Load())
	}
	if k := st.Poll.Kernel; int64(k.Waits) < 0 || int64(k.Changes) < 0 {
		t.Errorf("the kernel was asked %d and told %d times", int64(k.Waits), int64(k.Changes))
	}
	t.Logf("arms %d, fires %d, stops %d, spurious %d, registrations %d, waits %d, changes %d",
		st.Arms, s.fires.Load(), s.stops.Load(), st.Spurious, st.Registrations, st.Poll.Kernel.Waits, st.Poll.Kernel.Changes)
}

type soaking struct {
	t            *testing.T
	r            *Reactor
	ids          atomic.Uint64
	fires, stops atomic.Uint64
}

func (s *soaking) run(listeners []net.Listener, n int) {
	var wg sync.WaitGroup
	for i, l := range listeners {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(i), uint64(n)))
			for range n / len(listeners) {
				if err := s.cycle(l, rng); err != nil {
					s.t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// quiet waits until the Reactor holds nothing.
func (s *soaking) quiet() {
	s.t.Helper()
	eventually(s.t, func() bool {
		st := s.r.Stats()
		return st.Sources == 0 && st.Watches == 0 && st.Waiting == 0 && st.Running == 0 &&
			st.TimersSet == 0 && st.Poll.Sources == 0 && st.Poll.Kernel.Outstanding == 0
	})
}

// holdings is what a process can have too much of.
type holdings struct {
	descriptors, threads, goroutines int
	heap                             uint64
}

func (s *soaking) holdings() (h holdings) {
	h.descriptors = descriptors()
	h.threads = pprof.Lookup("threadcreate").Count()
	h.goroutines = runtime.NumGoroutine()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	h.heap = m.HeapAlloc
	return h
}

// exceeds says whether there is more of something. The drivers' goroutines come and go. A
// few slots and buffers that are kept are no leak, and a thread is one of Go's.
func (h holdings) exceeds(before holdings) bool {
	return h.descriptors > before.descriptors+descriptorsOf(h.threads-before.threads) || h.goroutines > before.goroutines+3 || h.heap > before.heap+1<<20
}

// cause is why a watch may fire.
type cause uint32

const (
	peerWrote cause = 1 << iota
	peerClosed
	closedHere
	timeoutSet
	writableAsked
)

// life is one connection's.
type life struct {
	s         *soaking
	id        uint64
	near, far *net.TCPConn
	causes    atomic.Uint32
	// arms are those that are known to have happened, ends the fires and stops.
	arms, ends atomic.Int32
	rearms     atomic.Int32
	ended      chan struct{}
}

func (l *life) because(c cause) { l.causes.Or(uint32(c)) }

func (l *life) end() {
	l.ends.Add(1)
	select {
	case l.ended <- struct{}{}:
	default:
	}
}

func (l *life) stop(w *Watch) {
	if w.Stop() {
		l.s.stops.Add(1)
		l.end()
	}
}

// verify says whether what a watch was called with is what happened to its connection.
func (l *life) verify(ready Readiness) error {
	c := cause(l.causes.Load())
	var may Readiness
	if c&peerWrote != 0 {
		may |= Readable
	}
	if c&peerClosed != 0 {
		may |= Readable | Writable | ReadClosed | HangUp | Error | ConnectFailed
	}
	if c&closedHere != 0 {
		may |= Closed | Error // with Error the kernel forgets a descriptor in the middle
	}
	if c&timeoutSet != 0 {
		may |= TimedOut
	}
	if c&writableAsked != 0 {
		may |= Writable
	}
	if ready&^may != 0 || ready == 0 {
		return fmt.Errorf("connection %d fired with %v, and had causes %b", l.id, ready, c)
	}
	return nil
}

func (l *life) write() {
	l.because(peerWrote)
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], l.id)
	_, _ = l.far.Write(b[:]) // it may be closed
}

// readable is the callback. w is known before it reads it, since it waits for that.
func (l *life) readable(w **Watch, known chan struct{}) func(Readiness) {
	return func(ready Readiness) {
		<-known
		l.s.fires.Add(1)
		if err := l.verify(ready); err != nil {
			l.s.t.Error(err)
		}
		if ready.Has(Readable) && !ready.Has(Closed) {
			l.read()
		}
		if l.rearms.Add(-1) >= 0 && !ready.Has(Closed) {
			l.arms.Add(1)
			if err := (*w).Rearm(); err == nil {
				l.write()
			} else {
				l.arms.Add(-1)
				if !errors.Is(err, net.ErrClosed) {
					l.s.t.Error(err)
				}
			}
		}
		l.end()
	}
}

func (l *life) read() {
	var b [8]byte
	_, err := io.ReadFull(l.near, b[:])
	if got := binary.LittleEndian.Uint64(b[:]); err == nil && got != l.id {
		l.s.t.Errorf("connection %d reads what was written to %d", l.id, got)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		l.s.t.Errorf("connection %d: there was nothing to read", l.id)
	}
}

func (l *life) closeNear() {
	l.because(closedHere)
	l.near.Close()
}

func (l *life) closeFar(reset bool) {
	l.because(peerClosed)
	if reset {
		_ = l.far.SetLinger(0)
	}
	l.far.Close()
}

func (s *soaking) cycle(listener net.Listener, rng *rand.Rand) error {
	far, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return err
	}
	defer far.Close()
	near, err := listener.Accept()
	if err != nil {
		return err
	}
	defer near.Close()
	l := &life{
		s: s, id: s.ids.Add(1), near: near.(*net.TCPConn), far: far.(*net.TCPConn),
		ended: make(chan struct{}, 1),
	}
	// No TIME_WAIT: there are not enough ports for that.
	_ = l.near.SetLinger(0)
	_ = l.far.SetLinger(0)
	_ = l.near.SetReadDeadline(time.Now().Add(soon))
	l.rearms.Store(int32(max(rng.IntN(6)-3, 0)))

	after := func(f func(Readiness)) (*Watch, error) { return s.r.AfterReadable(near, f) }
	var source *Source
	if rng.IntN(3) == 0 {
		if source, err = s.r.RegisterConn(near); err != nil {
			return err
		}
		after = source.AfterReadable
		defer func() { _ = source.Close() }()
	}
	watch := func() (w *Watch, err error) {
		known := make(chan struct{})
		defer close(known)
		if w, err = after(l.readable(&w, known)); err != nil {
			return nil, err
		}
		l.arms.Add(1)
		return w, nil
	}
	w, err := watch()
	if err != nil {
		return err
	}
	if rng.IntN(4) == 0 {
		l.because(writableAsked)
		l.arms.Add(1)
		if _, err := s.r.AfterWritable(near, func(ready Readiness) {
			s.fires.Add(1)
			if err := l.verify(ready); err != nil {
				s.t.Error(err)
			}
			l.end()
		}); err != nil {
			return err
		}
	}
	var others sync.WaitGroup
	switch rng.IntN(4) {
	case 0:
		w.SetTimeout(time.Hour)
	case 1:
		l.because(timeoutSet)
		d := time.Duration(rng.IntN(300)) * time.Microsecond
		first := w
		others.Go(func() { first.SetTimeout(d) })
	}
	switch rng.IntN(10) {
	case 0:
		l.write()
	case 1:
		l.closeFar(false)
	case 2:
		l.closeFar(true)
	case 3:
		l.closeNear()
	case 4:
		if source != nil {
			l.because(closedHere)
			_ = source.Close()
		}
		l.closeFar(true)
	case 5:
		l.stop(w)
		if _, err = watch(); err != nil && !errors.Is(err, net.ErrClosed) {
			return err
		}
		l.write()
	case 6:
		others.Go(l.write)
		l.stop(w)
	case 7:
		others.Go(l.write)
		l.closeNear()
	case 8:
		l.because(closedHere)
		others.Go(func() { l.closeFar(true) })
		if source != nil {
			others.Go(func() { _ = source.Close() })
		}
		l.closeNear()
	case 9:
		l.because(timeoutSet)
		w.SetTimeout(time.Duration(rng.IntN(200)) * time.Microsecond)
		l.write()
	}
	others.Wait()
	limit := time.NewTimer(soon)
	defer limit.Stop()
	for l.ends.Load() < l.arms.Load() {
		select {
		case <-l.ended:
		case <-limit.C:
			return fmt.Errorf("connection %d: %d arms and %d ends, causes %b", l.id, l.arms.Load(), l.ends.Load(), l.causes.Load())
		}
	}
	if n, m := l.ends.Load(), l.arms.Load(); n != m {
		return fmt.Errorf("connection %d: %d arms and %d ends", l.id, m, n)
	}
	return nil
}
