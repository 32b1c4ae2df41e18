package future

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
	"weak"
)

var errLab = errors.New("the leaf has failed")

// lab makes futures and streams whose readiness is drawn at random, and sees what is done to them.
type lab struct {
	rng      *rand.Rand
	clock    *ManualClock
	leaves   []*leaf
	problems []string
	// panics has some of them panic instead of being ready.
	panics bool
	// never has none of them be ready.
	never bool
}

func newLab(seed uint64) *lab {
	return &lab{rng: rand.New(rand.NewPCG(seed, seed)), clock: new(ManualClock)}
}

func (l *lab) complain(format string, args ...any) {
	l.problems = append(l.problems, fmt.Sprintf(format, args...))
}

// leaf is a future or a stream.
type leaf struct {
	lab *lab
	id  int
	// delay is how many ticks it still takes; it is never ready if that is negative.
	delay int
	// items is how many items a stream has left.
	items    int
	err      error
	panics   bool
	waker    Waker
	ended    int
	panicked int
	canceled int
	polls    int
}

func (l *lab) leaf() *leaf {
	f := &leaf{lab: l, id: len(l.leaves), delay: l.rng.IntN(5) - 1, items: l.rng.IntN(5)}
	if l.rng.IntN(4) == 0 {
		f.err = errLab
	}
	f.panics = l.panics && l.rng.IntN(2) == 0
	if l.never {
		f.delay = -1
	}
	l.leaves = append(l.leaves, f)
	return f
}

func (l *lab) future() Future[int]         { return leafFuture{l.leaf()} }
func (l *lab) result() Future[Result[int]] { return leafResult{l.leaf()} }
func (l *lab) stream() Stream[int]         { return leafStream{l.leaf()} }

func (l *lab) futures(n int) (fs []Future[int]) {
	for range n {
		fs = append(fs, l.future())
	}
	return fs
}

func (f *leaf) poll(cx *Context) (ready bool) {
	f.polls++
	if f.ended+f.panicked+f.canceled != 0 {
		f.lab.complain("leaf %d is polled after it has ended", f.id)
	}
	f.waker = cx.Waker()
	if f.delay != 0 || !cx.Spend() {
		if f.delay >= 0 && f.lab.rng.IntN(8) == 0 {
			f.waker.Wake() // for no reason
		}
		return false
	}
	f.waker = nil
	if f.panics {
		f.panicked++
		panic(errLab)
	}
	return true
}

func (f *leaf) Cancel() {
	if f.ended+f.canceled != 0 {
		f.lab.complain("leaf %d is cancelled after it has ended", f.id)
	}
	f.canceled++
	f.waker = nil
}

type leafFuture struct{ *leaf }

func (f leafFuture) Poll(cx *Context) (int, bool) {
	ready := f.poll(cx)
	if ready {
		f.ended++
	}
	return f.id, ready
}

type leafResult struct{ *leaf }

func (f leafResult) Poll(cx *Context) (Result[int], bool) {
	ready := f.poll(cx)
	if ready {
		f.ended++
	}
	return Result[int]{f.id, f.err}, ready
}

type leafStream struct{ *leaf }

func (f leafStream) PollNext(cx *Context) (v int, ok, ready bool) {
	if !f.poll(cx) {
		return 0, false, false
	}
	if f.items == 0 {
		f.ended++
		return 0, false, true
	}
	f.items--
	f.delay = f.lab.rng.IntN(3)
	return f.items, true, true
}

// tick has time pass, and says whether there is anything left that may happen.
func (l *lab) tick() bool {
	may := l.clock.Timers() > 0
	l.clock.Advance(time.Millisecond)
	for _, f := range l.leaves {
		if f.delay <= 0 || f.waker == nil {
			continue
		}
		may = true
		if f.delay--; f.delay == 0 {
			f.waker.Wake()
		}
	}
	return may
}

// check looks at what became of the leaves.
func (l *lab) check() {
	for _, f := range l.leaves {
		if f.waker != nil {
			l.complain("leaf %d still has a waker", f.id)
		}
		// What has panicked may be cancelled or not.
		if n := f.ended + f.canceled; n != 1 && f.panicked == 0 {
			l.complain("leaf %d was ready %d times and cancelled %d times", f.id, f.ended, f.canceled)
		}
	}
	if n := l.clock.Timers(); n != 0 {
		l.complain("%d timers are left", n)
	}
}

// outcome is what a poll has come to.
type outcome uint8

const (
	isPending outcome = iota
	isItem
	isOver
)

// probe is a future or a stream of any type.
type probe struct {
	poll   func(cx *Context) outcome
	cancel func()
	// lent is what the subject does not cancel.
	lent    any
	endless bool
}

func probeFuture[T any](f Future[T]) *probe {
	return &probe{poll: func(cx *Context) outcome {
		if _, ready := f.Poll(cx); ready {
			return isOver
		}
		return isPending
	}, cancel: func() { Cancel(f) }}
}

func probeStream[T any](s Stream[T]) *probe {
	return &probe{poll: func(cx *Context) outcome {
		switch _, ok, ready := s.PollNext(cx); {
		case !ready:
			return isPending
		case ok:
			return isItem
		}
		return isOver
	}, cancel: func() { Cancel(s) }}
}

// labWaker notes that it was woken. The pointer keeps it from sharing its memory with others,
// which would keep it alive.
type labWaker struct {
	woken bool
	_     *int
}

func (w *labWaker) Wake() { w.woken = true }

// enough polls for every subject that has an end to come to it.
const enough = 150

// run polls a probe up to so many times and then cancels it, and returns the wakers that were used. A
// probe that was ready is cancelled too or not; it must make no difference.
func (l *lab) run(p *probe, polls int) (used []weak.Pointer[labWaker]) {
	budget := -1
	if l.rng.IntN(2) == 0 {
		budget = 1 + l.rng.IntN(3)
	}
	stuck, over := false, false
	for i := range polls {
		w := new(labWaker)
		used = append(used, weak.Make(w))
		cx := NewContext(w).WithClock(l.clock)
		cx.left = budget
		o, panicked := p.safely(cx)
		if panicked && !l.panics {
			l.complain("it panics")
		}
		if o != isPending && stuck {
			l.complain("it could go on and was not woken")
		}
		if over = o == isOver && !panicked; over || stuck || panicked {
			break
		}
		if i == enough-1 && !p.endless {
			l.complain("it does not end")
		}
		for o == isPending && !w.woken && !stuck {
			stuck = !l.tick() && !w.woken
		}
	}
	if over && p.lent == nil {
		l.check()
		if l.rng.IntN(2) == 0 {
			return used
		}
	}
	p.cancel()
	p.cancel()
	Cancel(p.lent)
	p.lent = nil
	l.check()
	return used
}

func (p *probe) safely(cx *Context) (o outcome, panicked bool) {
	defer func() {
		if v := recover(); v != nil {
			panicked = true
		}
	}()
	return p.poll(cx), false
}
