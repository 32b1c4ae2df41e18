package future

import (
	"context"
	"math"
)

// Tracker counts what goes on and tells when nothing does any more, for a shutdown that waits
// for what has begun: [Track] puts a future in, or Add and Done anything else. Waiting
// ends when the Tracker is closed and the count is zero.
//
// The zero Tracker is ready for use and must not be copied. It is safe for concurrent use.
type Tracker struct {
	// state is twice the count, plus one when closed.
	state atomicInt64
	ended Event
}

const (
	trackerClosed = 1
	trackerOne    = 2
)

// Add counts one more, also when the Tracker is closed.
func (t *Tracker) Add() { t.state.Add(trackerOne) }

// Done counts one less. It panics if that is less than none.
func (t *Tracker) Done() {
	switch s := t.state.Add(-trackerOne); {
	case s < 0:
		panic("future: Tracker.Done without Add")
	case s == trackerClosed:
		t.ended.Notify(math.MaxInt)
	}
}

// Close says that those who wait need not wait for more than there is now. Further calls do
// nothing.
func (t *Tracker) Close() {
	for {
		old := t.state.Load()
		if old&trackerClosed != 0 {
			return
		}
		if t.state.CompareAndSwap(old, old|trackerClosed) {
			if old == 0 {
				t.ended.Notify(math.MaxInt)
			}
			return
		}
	}
}

// Closed says whether Close was called.
func (t *Tracker) Closed() bool { return t.state.Load()&trackerClosed != 0 }

// Len is the count.
func (t *Tracker) Len() int { return int(t.state.Load() / trackerOne) }

func (t *Tracker) over() bool { return t.state.Load() == trackerClosed }

// Wait is a future that is ready when the Tracker is closed and the count is zero.
func (t *Tracker) Wait() Future[struct{}] { return &trackerWait{t: t, l: Listener{event: &t.ended}} }

type trackerWait struct {
	t *Tracker
	l Listener
	// listens is whether l does.
	listens bool
}

// Poll implements [Future].
func (w *trackerWait) Poll(cx *Context) (none struct{}, ready bool) {
	for {
		if w.t.over() {
			w.Cancel()
			return none, true
		}
		if !w.listens {
			w.listens = true
			w.l.Again()
			continue
		}
		if _, notified := w.l.Poll(cx); !notified {
			return none, false
		}
		// It was over, but something was added since.
		w.listens = false
	}
}

// Cancel stops waiting.
func (w *trackerWait) Cancel() {
	w.l.Cancel()
	w.listens = false
}

// WaitContext blocks the calling goroutine until the Tracker is closed and the count is zero, or
// returns the error of ctx if that is done before.
func (t *Tracker) WaitContext(ctx context.Context) error {
	_, err := Await(ctx, t.Wait())
	return err
}

// Track is f, counted by t from now until it is ready, is cancelled or panics.
func Track[T any](t *Tracker, f Future[T]) Future[T] {
	p := hold(f)
	t.Add()
	return &tracked[T]{part: p, t: t}
}

type tracked[T any] struct {
	part[T]
	// t is nil when it does not count any more.
	t *Tracker
}

// Poll implements [Future].
func (f *tracked[T]) Poll(cx *Context) (v T, ready bool) {
	over := true
	defer func() {
		if over {
			f.end()
		}
	}()
	v, ready = f.poll(cx)
	over = ready
	return v, ready
}

// Cancel cancels f.
func (f *tracked[T]) Cancel() {
	defer f.end()
	f.part.Cancel()
}

func (f *tracked[T]) end() {
	if f.t != nil {
		t := f.t
		f.t = nil
		t.Done()
	}
}
