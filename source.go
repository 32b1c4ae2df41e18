package goetia

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/goetia-go/goetia/poll"
)

// Source is a registration that outlives single watches. It is made by
// [Reactor.Register] and [Reactor.RegisterConn]; [AfterReadable] makes hidden ones, which are
// dropped when nobody has waited for long. Its methods are safe for concurrent use.
type Source struct {
	sh  *shard
	src poll.Source
	// layers is nil for a bare descriptor. It may become known later.
	layers            *layers
	index, generation uint32
	// dubious is the last tick whose events may be of before a watch was stopped
	// and the kernel asked anew.
	dubious uint64
	// woken is when the last event came.
	woken stamp
	// asked is what the kernel was asked for and has not answered yet.
	asked Interest
	marks marks
	// soft: it has no descriptor, and tells its readiness itself. That never changes,
	// nor do the layers then.
	soft bool
	// own is the first watch, which is the only one of most. Its next is the first of the
	// others that are armed, whether it is armed itself or not.
	own Watch
}

// marks are what is true of a Source, a bit for each: very many Sources are kept, and each byte
// counts.
type marks uint8

const (
	// kept: it is the user's, and stays until Close.
	kept marks = 1 << iota
	// stopped: a watch has left without an event since the kernel was last asked.
	stopped
	// gone: the registration has ended.
	gone
	// unused: nobody has waited since the last sweep.
	unused
)

func (s *Source) is(m marks) bool { return s.marks&m != 0 }
func (s *Source) mark(m marks)    { s.marks |= m }
func (s *Source) unmark(m marks)  { s.marks &^= m }

// spare returns a Watch of the Source to use: the one that comes with it, unless it is taken.
func (s *Source) spare() *Watch {
	w := &s.own
	if w.source() != nil {
		w = new(Watch)
	}
	w.where.Store(s)
	return w
}

// first is the first of the armed watches, or nil. The others are reached by Watch.next. It is
// not for a Source that is gone, whose own watch may be another one's by now.
func (s *Source) first() *Watch {
	if s.own.state == armed {
		return &s.own
	}
	return s.own.next
}

// enroll returns the registration of a target, made if there is none, with the kernel
// asked for some interest.
func (sh *shard) enroll(t target, in Interest) (*Source, error) {
	if sh.closed {
		return nil, poll.ErrClosed
	}
	if t.soft() {
		return &Source{sh: sh, layers: t.layers, soft: true}, nil
	}
	if s := sh.known(t.src); s != nil {
		err := net.ErrClosed
		// If both are open then both have the number, and are the same. In this
		// order: t had the number before and still has it when s was seen to.
		if !s.src.Closed() {
			if t.src.Closed() {
				return nil, net.ErrClosed
			}
			err = s.renew(in)
		}
		if err == nil {
			if t.layers != nil {
				s.layers = t.layers
			}
			s.unmark(unused)
			return s, nil
		}
		if !isGone(err) {
			return nil, err
		}
		// The number was given anew.
		sh.bury(s)
	}
	return sh.add(t, in)
}

func (sh *shard) add(t target, in Interest) (*Source, error) {
	i := uint32(len(sh.slots))
	if n := len(sh.free); n > 0 {
		i = sh.free[n-1]
	}
	sh.generation++
	s := &Source{sh: sh, src: t.src, layers: t.layers, index: i, generation: sh.generation, asked: in}
	if err := sh.p.Add(t.src, key(i, sh.generation), in, poll.Oneshot); err != nil {
		return nil, err
	}
	sh.counts.Registrations++
	sh.added = true
	if n := len(sh.free); n > 0 {
		sh.free = sh.free[:n-1]
		sh.slots[i] = s
	} else {
		sh.slots = append(sh.slots, s)
	}
	return s, nil
}

// ask asks the kernel for what the armed watches want and more. Without fresh it
// is not asked for what it was asked for and has not answered.
func (s *Source) ask(more Interest, fresh bool) error {
	if s.soft {
		return nil
	}
	want := s.wanted() | more
	if want&^s.asked == 0 && !fresh && !s.is(stopped) {
		if s.src.Closed() { // which the kernel would have said
			return net.ErrClosed
		}
		return nil
	}
	err := s.sh.p.Modify(s.src, key(s.index, s.generation), want, poll.Oneshot)
	switch {
	case err == nil:
	case s.src.Closed():
		return net.ErrClosed // an os.File has an error of its own
	default:
		return err
	}
	if s.is(stopped) && s.sh.waiting > 0 {
		// Whoever is inside Wait may have collected already what the kernel had
		// for the one that has left.
		s.dubious = s.sh.waits
	}
	s.asked = want
	s.unmark(stopped)
	return nil
}

// renew is ask for the sake of finding out whether the registration stands.
func (s *Source) renew(more Interest) error {
	if s.sh.holds && s.src.Raw() {
		// What goes on with a file that was closed arms by number, and so whoever has
		// that by now. Only adding has it compare the two.
		switch err := s.sh.p.Add(s.src, key(s.index, s.generation), 0, poll.Oneshot); {
		case err == nil:
			_ = s.sh.p.Delete(s.src) // it was added this moment
			return poll.ErrNotFound
		case !errors.Is(err, poll.ErrExists):
			return err
		}
	}
	return s.ask(more, true)
}

// wanted is what the armed watches wait for.
func (s *Source) wanted() (in Interest) {
	for w := s.first(); w != nil; w = w.next {
		in |= w.in
	}
	return in
}

// push arms a watch. It returns the number of the arm of a Source without a descriptor, else zero.
func (s *Source) push(w *Watch) (arm uint64) {
	w.state, w.ready = armed, 0
	if w != &s.own {
		w.next, s.own.next = s.own.next, w
	}
	s.unmark(unused)
	if !s.soft {
		s.sh.armed++
		return 0
	}
	s.sh.arms++
	s.sh.soft[w] = listening{arm: s.sh.arms}
	return s.sh.arms
}

// remove disarms a watch.
func (s *Source) remove(w *Watch) {
	if w != &s.own {
		for at := &s.own.next; *at != nil; at = &(*at).next {
			if *at == w {
				*at, w.next = w.next, nil
				break
			}
		}
	}
	s.removed(w)
}

// removed notes that a watch is not in the list any more.
func (s *Source) removed(w *Watch) {
	w.state = idle
	if w.ready != 0 {
		s.sh.withdraw(w)
	}
	if s.soft {
		delete(s.sh.soft, w)
	} else {
		s.sh.armed--
	}
}

// leave removes a watch that has not fired. The kernel is not told: what it says will
// find nobody, once.
func (s *Source) leave(w *Watch) (unlisten func() bool) {
	if s.soft {
		unlisten = s.sh.unlisten(w)
	}
	s.remove(w)
	s.mark(stopped)
	w.noDeadline()
	if s.sh.holds {
		// Here the kernel keeps the connection open for as long as it is asked.
		// If it cannot be told, there is nothing to ask any more.
		_ = s.ask(0, true)
	}
	return unlisten
}

// isGone says that the kernel, or package net, no longer knows what was registered.
func isGone(err error) bool {
	return errors.Is(err, poll.ErrNotFound) || errors.Is(err, poll.ErrBadDescriptor) || errors.Is(err, net.ErrClosed)
}

// bury ends a registration. Its pending watches fire with Closed.
func (sh *shard) bury(s *Source) {
	if s.is(gone) {
		return
	}
	s.mark(gone)
	if !s.soft {
		// It fails if the descriptor is closed, which is why we are here, or the
		// Poller is.
		_ = sh.p.Delete(s.src)
		sh.slots[s.index] = nil
		sh.free = append(sh.free, s.index)
	}
	s.fireAll(Closed, clock())
}

func (s *Source) fireAll(ready Readiness, now int64) {
	for w := s.first(); w != nil; w = s.first() {
		s.remove(w)
		s.sh.fire(w, ready, now)
	}
}

// AfterReadable is the function of this name for this source.
func (s *Source) AfterReadable(f func(Readiness)) (*Watch, error) {
	return s.after(Readable, f, 0)
}

// AfterWritable is the function of this name for this source.
func (s *Source) AfterWritable(f func(Readiness)) (*Watch, error) {
	return s.after(Writable, f, 0)
}

// After is AfterReadable for any of the conditions in.
func (s *Source) After(in Interest, f func(Readiness)) (*Watch, error) { return s.after(in, f, 0) }

// Inline is After without a goroutine: f is called by whoever finds that the source is
// ready, and keeps everything else waiting until it returns. It must not block. It may
// arm and stop watches, and may not close the Reactor; arming its own does not have it called
// in the middle of itself. The Watch is meant to be armed again: what f refers to can stay in
// memory for as long as the Source.
func (s *Source) Inline(in Interest, f func(Readiness)) (*Watch, error) {
	return s.after(in, f, inline|lasting)
}

func (s *Source) after(in Interest, f func(Readiness), as how) (*Watch, error) {
	return s.afterAt(in, f, as, callSite(2))
}

func (s *Source) afterAt(in Interest, f func(Readiness), as how, caller site) (*Watch, error) {
	if f == nil || in == 0 {
		return nil, fmt.Errorf("goetia: nothing to wait for, or no function to call: %w", poll.ErrInvalid)
	}
	var w *Watch
	if as&lasting != 0 {
		s.sh.mu.Lock()
		w = s.spare()
		s.sh.mu.Unlock() // nobody has to be started or told
	} else {
		w = new(Watch)
		w.where.Store(s)
	}
	w.f, w.in, w.inline, w.site = f, in, as&inline != 0, caller
	if err := w.Rearm(); err != nil {
		return nil, err
	}
	return w, nil
}

// WaitReadable is the function of this name for this source.
func (s *Source) WaitReadable(ctx context.Context) error {
	return s.wait(ctx, Readable, callSite(1))
}

// WaitWritable is the function of this name for this source.
func (s *Source) WaitWritable(ctx context.Context) error {
	return s.wait(ctx, Writable, callSite(1))
}

func (s *Source) wait(ctx context.Context, in Interest, caller site) error {
	return s.sh.r.wait(ctx, s.soft, func(f func(Readiness)) (*Watch, error) {
		return s.afterAt(in, f, inline, caller)
	})
}

// Handle is the descriptor or SOCKET number that the source had when it was registered.
func (s *Source) Handle() uintptr { return s.src.Handle() }

// Close ends the registration: pending watches fire with [Closed], at once. The connection
// or descriptor stays open. Calling Close before closing the connection is how to be
// told without delay on every system. It fails with poll.ErrNotFound if the
// registration has ended.
func (s *Source) Close() error {
	sh := s.sh
	sh.mu.Lock()
	ended, stops := s.is(gone), s.unlistenAll(nil)
	sh.bury(s)
	sh.unlock().run()
	for _, stop := range stops {
		stop()
	}
	if ended {
		return fmt.Errorf("goetia: close: %w", poll.ErrNotFound)
	}
	return nil
}
