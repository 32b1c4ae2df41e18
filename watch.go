package goetia

import (
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// Watch is one wait for readiness, made by [AfterReadable] and the like. It fires once for
// each time it is armed. Making it arms it, but for [NewWatch], which leaves that to
// [Watch.Rearm]. Its methods are safe for concurrent use.
type Watch struct {
	// where is the source. It changes only to another one of the same shard, with the
	// lock held, so it says without the lock which lock to take.
	where atomic.Pointer[Source]
	f     func(Readiness)
	// next is the next of the source's armed watches.
	next *Watch
	// deadline is made when one is first set.
	deadline *Timer
	site     site
	// ready is what it has fired with while it is queued. While it is armed, and among the
	// shard's answers, it is what it is to fire with, and otherwise zero.
	ready Readiness
	in    Interest
	state state
	// inline: f is called by whoever finds the readiness. It does not block.
	inline bool
	// claimed: somebody will look whether it is queued: a worker, for whom there is a job in
	// the queue, or, if it is inline, whoever is calling f or about to.
	claimed bool
}

// state is what a Watch or a Timer does.
type state uint8

const (
	// idle: it has fired or was stopped.
	idle state = iota
	// armed: it waits.
	armed
	// queued: it has fired, and waits for a goroutine, or for the end of an inline call.
	queued
)

// AfterReadable calls f in its own goroutine once conn is readable, has ended or has
// failed; until then it holds neither a goroutine nor a buffer. The connection stays the
// caller's: it can be read, written, given deadlines and closed as always.
//
// conn is anything beneath which there is a descriptor: it has SyscallConn, as
// *net.TCPConn, *net.UDPConn and *net.UnixConn have, or NetConn, as *tls.Conn and other
// wrappers have, down to one that has SyscallConn. What TLS has read ahead counts as
// readable, as does what a wrapper says it holds ([Bufferer]); other wrappers are
// taken to hold nothing back ([Observe] makes it known where they do). The Control
// method of a RawConn of theirs must not wait for anything: the Reactor's locks are held.
//
// f is called exactly once, unless [Watch.Stop] comes before it: also if conn is
// closed, with [Closed]. On Windows that is found out at once, on other systems within
// ten seconds ([WithSweep]), or when the descriptor's number is registered anew, or when
// [Source.Close] is called. While the watch is pending it keeps conn alive.
//
// It fails with net.ErrClosed if conn is closed, poll.ErrUnsupported if there is nothing
// to wait for beneath it, and poll.ErrInvalid if f is nil.
//
// f may be called before AfterReadable returns. Where it needs the watch, [NewWatch] makes one
// that waits until it is told to.
func AfterReadable(conn net.Conn, f func(Readiness)) (*Watch, error) {
	r, err := Default()
	if err != nil {
		return nil, err
	}
	return r.watch(conn, Readable, f, arming)
}

// AfterWritable is [AfterReadable] for a connection that can be written to, or whose
// connect has ended. Of a TLS connection that is asked of the socket.
func AfterWritable(conn net.Conn, f func(Readiness)) (*Watch, error) {
	r, err := Default()
	if err != nil {
		return nil, err
	}
	return r.watch(conn, Writable, f, arming)
}

// NewWatch makes a watch for any of the conditions in, without arming it: [Watch.Rearm]
// does. It is for callbacks that arm their own watch, which [AfterReadable] may call before
// it has returned that.
func NewWatch(conn net.Conn, in Interest, f func(Readiness)) (*Watch, error) {
	r, err := Default()
	if err != nil {
		return nil, err
	}
	return r.watch(conn, in, f, 0)
}

// how is what a watch is beyond its interest and its callback.
type how uint8

const (
	// arming: it is armed as it is made.
	arming how = 1 << iota
	// inline: its callback does not block, and needs no goroutine.
	inline
	// lasting: it is kept for as long as its source, so it may be in that one's memory, where what
	// its callback refers to stays alive.
	lasting
)

// watch makes a watch. Its caller's caller is the site.
func (r *Reactor) watch(conn net.Conn, in Interest, f func(Readiness), as how) (*Watch, error) {
	t, err := resolve(conn)
	if err != nil {
		return nil, err
	}
	return r.watchTarget(t, in, f, as, callSite(2))
}

func (r *Reactor) watchTarget(t target, in Interest, f func(Readiness), as how, caller site) (*Watch, error) {
	if f == nil || in == 0 {
		return nil, fmt.Errorf("goetia: nothing to wait for, or no function to call: %w", poll.ErrInvalid)
	}
	sh := r.shardFor(t)
	here := t.layers.here(in)
	sh.mu.Lock()
	ask := in
	if here || as&arming == 0 {
		ask = 0
	}
	s, err := sh.enroll(t, ask)
	var w *Watch
	var arm uint64
	if err == nil {
		w = s.spare()
		w.f, w.in, w.inline, w.site = f, in, as&inline != 0, caller
		if as&arming != 0 {
			arm = sh.begin(w, here)
		}
	}
	sh.unlock().run()
	if err != nil {
		return nil, fmt.Errorf("goetia: watch: %w", err)
	}
	if err := s.listen(w, arm); err != nil {
		return nil, fmt.Errorf("goetia: watch: %w", err)
	}
	return w, nil
}

func (w *Watch) source() *Source { return w.where.Load() }

func (w *Watch) shard() *shard { return w.source().sh }

// begin has a watch wait for what its source was asked for, or fire if that is here. It returns
// the arm that listen is to be called for when the lock is given up, or zero if it need not be.
func (sh *shard) begin(w *Watch, here bool) (arm uint64) {
	sh.counts.Arms++
	arm = w.source().push(w)
	if here {
		sh.hear(w, Readable)
		return 0
	}
	return arm
}

// fire has the callback of a watch called that is in no list any more, and was found ready
// at the time at.
func (sh *shard) fire(w *Watch, ready Readiness, at int64) {
	sh.counts.Fires++
	w.source().woken = stampOf(at)
	w.noDeadline()
	switch {
	case !w.inline:
		w.ready, w.state = ready, queued
		sh.calls.enter(job{w: w, at: at}, &w.claimed)
	case w.claimed:
		w.ready, w.state = ready, queued
	default:
		w.state = idle
		w.claimed = true
		sh.calls.now(call{w.f, ready, w})
	}
}

// Stop keeps the callback from being called, and says whether it does: false means that it
// was called, is being called, or was stopped before. The watch can be armed again.
func (w *Watch) Stop() bool {
	sh := w.shard()
	sh.mu.Lock()
	stopped, unlisten := w.end()
	sh.unlock().run()
	if unlisten != nil {
		unlisten()
	}
	return stopped
}

// end is Stop with the lock held, but for withdrawing what a connection was asked.
func (w *Watch) end() (stopped bool, unlisten func() bool) {
	stopped = w.state != idle
	switch {
	case w.state == armed:
		unlisten = w.source().leave(w)
	case w.state == queued && !w.inline: // an inline one is in no queue
		w.shard().calls.stale++
	}
	w.state = idle
	return stopped, unlisten
}

// Release is Stop, and has the Reactor forget the connection at once, as it otherwise does when
// nobody has waited for it for long. Other watches of it fire with [Closed]. That is for those who
// close a descriptor of which there are duplicates: the kernel would go on watching it. A
// registration of the user's own ([Reactor.RegisterConn]) stays. The watch can be armed again,
// which registers anew.
func (w *Watch) Release() bool {
	sh := w.shard()
	sh.mu.Lock()
	s := w.source()
	var stops []func() bool
	stopped, unlisten := w.end()
	if unlisten != nil {
		stops = append(stops, unlisten)
	}
	if !s.is(kept) {
		stops = s.unlistenAll(stops)
		sh.bury(s)
	}
	sh.unlock().run()
	for _, stop := range stops {
		stop()
	}
	return stopped
}

// Rearm has the callback called once more when the connection is ready, without
// registering anew. It does nothing if the watch is pending. It may be called by the
// callback itself. A deadline holds for one arm, and has to be set again.
//
// It fails with net.ErrClosed if the connection or the watch's [Source] is closed, and
// with poll.ErrClosed if the Reactor is; the callback is then not called.
func (w *Watch) Rearm() error {
	sh := w.shard()
	sh.mu.Lock()
	here := false
	if s := w.source(); w.state == idle && s.layers != nil {
		// Other people's methods are called without the lock.
		l := s.layers
		sh.mu.Unlock()
		here = l.here(w.in)
		sh.mu.Lock()
	}
	if w.state != idle {
		sh.mu.Unlock()
		return nil
	}
	arm, err := sh.rearm(w, here)
	s := w.source()
	sh.unlock().run()
	if err != nil {
		return fmt.Errorf("goetia: rearm: %w", err)
	}
	if err := s.listen(w, arm); err != nil {
		return fmt.Errorf("goetia: rearm: %w", err)
	}
	return nil
}

func (sh *shard) rearm(w *Watch, here bool) (arm uint64, err error) {
	s := w.source()
	ask := w.in
	if here {
		ask = 0
	}
	switch {
	case sh.closed:
		return 0, poll.ErrClosed
	case s.is(gone) && (s.is(kept) || s.src.Closed()):
		return 0, net.ErrClosed
	case s.is(gone):
		// It was dropped because nobody waited for long.
		again, err := sh.enroll(target{src: s.src, layers: s.layers}, ask)
		if err != nil {
			return 0, err
		}
		w.where.Store(again)
	default:
		if err := s.ask(ask, false); isGone(err) {
			sh.bury(s)
			return 0, net.ErrClosed
		} else if err != nil {
			return 0, err
		}
	}
	return sh.begin(w, here), nil
}

// SetDeadline has the watch fire with [TimedOut] if nothing else has made it fire by t. The
// zero time takes the deadline away. It is about the present arm, and ends with it.
// On a watch that is not pending it does nothing. Putting a deadline off
// costs neither an allocation nor a system call.
func (w *Watch) SetDeadline(t time.Time) {
	if t.IsZero() {
		w.setTimeout(-1)
		return
	}
	w.setTimeout(max(time.Until(t), 0))
}

// SetTimeout is SetDeadline for a time d from now. A d that is not positive has the
// watch fire at once.
func (w *Watch) SetTimeout(d time.Duration) { w.setTimeout(max(d, 0)) }

func (w *Watch) setTimeout(d time.Duration) {
	due := after(clock(), max(d, 0))
	sh := w.shard()
	sh.mu.Lock()
	switch {
	case w.state != armed:
	case d < 0:
		w.noDeadline()
	default:
		if w.deadline == nil {
			w.deadline = &Timer{sh: sh}
			w.deadline.timer.Owner = w.deadline
		}
		w.deadline.w = w
		sh.timers.Reset(&w.deadline.timer, due)
		if sh.driven() && due >= sh.until {
			sh.mu.Unlock() // as in Timer.set
			return
		}
	}
	sh.unlock().run()
}

// noDeadline takes the deadline away. The queue may keep what it has of a timer until its
// time would have come, and that is not to keep the watch and its connection.
func (w *Watch) noDeadline() {
	if d := w.deadline; d != nil {
		w.shard().timers.Stop(&d.timer)
		d.w = nil
	}
}

// Pending says whether the callback is still to be called.
func (w *Watch) Pending() bool {
	sh := w.shard()
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return w.state != idle
}

// Site is where the watch was made, as file:line and function.
func (w *Watch) Site() string { return w.site.String() }
