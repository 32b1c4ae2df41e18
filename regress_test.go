package goetia

import (
	"context"
	"errors"
	"math"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// What follows are faults that reactors elsewhere have had, one test for each.

// TestCountersWrap: counts of ticks and generations that are compared, and not for equality,
// stand still or go mad when they wrap.
func TestCountersWrap(t *testing.T) {
	r := open(t, WithSweep(20*time.Millisecond))
	sh := r.shards[0]
	sh.mu.Lock()
	sh.waits = math.MaxUint64 - 5
	sh.generation = math.MaxUint32 - 5
	sh.mu.Unlock()
	for range 20 {
		a, b := tcp(t)
		c := newFired()
		for range 2 {
			w := check[*Watch](t)(r.AfterReadable(a, c.call))
			w.Stop()
			check[*Watch](t)(r.AfterReadable(a, c.call))
			write(t, b, "x")
			c.wait(t)
			read(t, a, 1)
		}
		check[*Watch](t)(r.AfterReadable(a, c.call))
		a.Close()
		if got := c.wait(t); got != Closed {
			t.Errorf("fired with %v", got)
		}
		c.never(t)
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.waits > 1<<32 || sh.generation > 1<<16 {
		t.Errorf("they have not wrapped: %d, %d", sh.waits, sh.generation)
	}
}

// TestAlternatingWaiters: two that wait for one connection in turn, each of them arming it
// anew, do not keep each other and the kernel busy while nothing happens (Rust's
// async-io has had them spin at 100 %).
func TestAlternatingWaiters(t *testing.T) {
	r := open(t)
	a, b := tcp(t)
	const events = 100
	var sent, got atomic.Int32
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var readers sync.WaitGroup
	var turn sync.Mutex // a read that finds nothing would block
	for range 2 {
		readers.Go(func() {
			var buf [1]byte
			for got.Load() < events {
				if err := r.WaitReadable(ctx, a); err != nil {
					return
				}
				turn.Lock()
				if got.Load() < sent.Load() {
					if _, err := a.Read(buf[:]); err != nil {
						t.Error(err)
					}
					if got.Add(1) == events {
						cancel()
					}
				}
				turn.Unlock()
			}
		})
	}
	eventually(t, func() bool { return r.Stats().Watches == 2 })
	before := r.Stats()
	for i := range events {
		sent.Add(1)
		write(t, b, "x")
		eventually(t, func() bool { return int(got.Load()) == i+1 })
	}
	readers.Wait()
	after := r.Stats()
	if n := after.Poll.Events - before.Poll.Events; n > 6*events {
		t.Errorf("%d events of the kernel for %d bytes", n, events)
	}
	calls := after.Poll.Kernel.Changes + after.Poll.Kernel.Waits - before.Poll.Kernel.Changes - before.Poll.Kernel.Waits
	if calls > 20*events {
		t.Errorf("%d calls of the kernel for %d bytes", calls, events)
	}
}

// TestFailingRearm: when the kernel refuses to go on watching one source, those who wait
// for it are told, and what else was collected with it is handed out all the same.
func TestFailingRearm(t *testing.T) {
	r := manual(t)
	var broken atomic.Uintptr
	noMemory := errors.New("no memory")
	h := &hooked{modify: func(src poll.Source, _ poll.Interest) error {
		if src.Handle() == broken.Load() {
			return noMemory
		}
		return nil
	}}
	hook(r, h)
	const n = 10
	var readers, writers [n]fired
	var nears, fars [n]*net.TCPConn
	for i := range n {
		nears[i], fars[i] = tcp(t)
		readers[i], writers[i] = newFired(), newFired()
		check[*Watch](t)(r.AfterReadable(nears[i], readers[i].call))
		check[*Watch](t)(r.AfterWritable(nears[i], writers[i].call))
	}
	const bad = 4
	broken.Store(check[poll.Source](t)(poll.Conn(nears[bad])).Handle())
	for fires := 0; fires < n+1; {
		fires += check[int](t)(r.Turn(soon))
	}
	for i := range n {
		if got := writers[i].wait(t); !got.Has(Writable) {
			t.Errorf("number %d fired with %v", i, got)
		}
		if i == bad {
			if got := readers[i].wait(t); got != Error {
				t.Errorf("number %d fired with %v", i, got)
			}
			continue
		}
		readers[i].never(t)
		write(t, fars[i], "x")
	}
	if st := r.Stats(); st.RearmErrors != 1 || st.Watches != n-1 {
		t.Errorf("%d errors, %d watches", st.RearmErrors, st.Watches)
	}
	for fires := 0; fires < n-1; {
		fires += check[int](t)(r.Turn(soon))
	}
	if _, err := r.AfterReadable(nears[bad], readers[bad].call); !errors.Is(err, noMemory) {
		t.Errorf("the broken one gives %v", err)
	}
	broken.Store(0)
	write(t, fars[bad], "x")
	check[*Watch](t)(r.AfterReadable(nears[bad], readers[bad].call))
	check[int](t)(r.Turn(soon))
	for i := range n {
		readers[i].wait(t)
	}
}

// TestBothDirectionsUnderLoad: what comes for one direction while the other is being armed
// or has just fired is neither lost nor given to the other, and the two do not wake each
// other for ever.
func TestBothDirectionsUnderLoad(t *testing.T) {
	r := open(t)
	a, b := tcp(t)
	for _, c := range []*net.TCPConn{a, b} {
		_ = c.SetWriteBuffer(64 << 10)
	}
	total := 16 << 20
	if testing.Short() {
		total /= 8
	}
	var all sync.WaitGroup
	pump := func(wait func(context.Context, net.Conn) error, set func(time.Time) error, move func([]byte) (int, error), conn net.Conn) {
		all.Go(func() {
			buf := make([]byte, 32<<10)
			for left := total; left > 0; {
				if err := wait(t.Context(), conn); err != nil {
					t.Error(err)
					return
				}
				_ = set(time.Now().Add(time.Millisecond))
				n, err := move(buf[:min(len(buf), left)])
				if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Error(err)
					return
				}
				left -= n
			}
		})
	}
	for _, c := range []*net.TCPConn{a, b} {
		pump(r.WaitReadable, c.SetReadDeadline, c.Read, c)
		pump(r.WaitWritable, c.SetWriteDeadline, c.Write, c)
	}
	all.Wait()
	st := r.Stats()
	// Each event may be one that finds nobody, and not many more.
	if st.Spurious > 3*st.Fires+100 {
		t.Errorf("%d events found nobody, and %d somebody", st.Spurious, st.Fires)
	}
}

// TestHalfClosedWriter: one who waits to write to a full connection whose peer has finished
// sending is not told so over and over, inside or outside.
func TestHalfClosedWriter(t *testing.T) {
	r := open(t)
	a, b := tcp(t)
	c := newFired()
	cram(t, r, a, check[*Watch](t)(r.NewWatch(a, Writable, c.call)), c)
	if err := b.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	passed(t, r)
	before := r.Stats()
	for range 10 {
		passed(t, r)
		runtime.Gosched()
	}
	after := r.Stats()
	if n := after.Spurious - before.Spurious; n > 10 {
		t.Errorf("%d events found nobody", n)
	}
	if runtime.GOOS != "windows" { // Wine mostly takes the end of one direction for that of both
		c.never(t)
	}
	for until := time.Now().Add(soon); len(c) == 0 && time.Now().Before(until); {
		drain(t, b)
	}
	c.wait(t)
}

// cram fills a connection until a watch of it for writing, the only one of the Reactor, stays armed,
// and returns how much was written. A deadline says nothing of that by itself: it can pass before
// anything is tried, and the kernels enlarge their buffers meanwhile.
func cram(t testing.TB, r *Reactor, conn net.Conn, w *Watch, c fired) (sent int64) {
	t.Helper()
	for {
		sent += fill(t, conn)
		if err := w.Rearm(); err != nil {
			t.Fatal(err)
		}
		passed(t, r)
		if r.Stats().Watches == 1 {
			return sent
		}
		c.wait(t)
	}
}

// fill writes until nothing more is taken for a while, and returns how much was.
func fill(t testing.TB, c net.Conn) (sent int64) {
	t.Helper()
	chunk := make([]byte, 1<<16)
	for {
		_ = c.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
		n, err := c.Write(chunk)
		if sent += int64(n); errors.Is(err, os.ErrDeadlineExceeded) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	_ = c.SetWriteDeadline(time.Time{})
	return sent
}

// drain reads for as long as something comes.
func drain(t testing.TB, c net.Conn) {
	t.Helper()
	chunk := make([]byte, 1<<16)
	for {
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if _, err := c.Read(chunk); errors.Is(err, os.ErrDeadlineExceeded) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	_ = c.SetReadDeadline(time.Time{})
}
