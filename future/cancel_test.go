package future

import (
	"runtime"
	"testing"
	"weak"
)

// TestCombinatorsLetGo polls every subject a number of times, from not at all to its end, and cancels
// it. However far it has come, each of its leaves must have been ready or have been
// cancelled, once, and nothing may hold the wakers or the leaves any more, also not the subject itself:
// the garbage collector is asked.
func TestCombinatorsLetGo(t *testing.T) {
	for _, s := range subjects {
		t.Run(s.name, func(t *testing.T) { letGo(t, s, false) })
	}
}

// TestCombinatorsOfPanics is the same with leaves that panic: the panic passes, and then
// the others can be cancelled.
func TestCombinatorsOfPanics(t *testing.T) {
	for _, s := range subjects {
		t.Run(s.name, func(t *testing.T) { letGo(t, s, true) })
	}
}

func letGo(t *testing.T, s subject, panics bool) {
	var kept []*probe
	var wakers []weak.Pointer[labWaker]
	var leaves []weak.Pointer[leaf]
	for seed := range uint64(40) {
		for _, polls := range []int{0, 1, 2, 3, 4, 6, enough} {
			l := newLab(seed + 1)
			l.panics = panics
			p := s.build(l)
			wakers = append(wakers, l.run(p, polls)...)
			if l.problems != nil {
				t.Fatalf("seed %d, %d polls: %q", seed, polls, l.problems)
			}
			for _, f := range l.leaves {
				leaves = append(leaves, weak.Make(f))
			}
			l.leaves = nil // the functions that subjects were made with have the lab
			kept = append(kept, p)
		}
	}
	runtime.GC()
	for _, w := range wakers {
		if w.Value() != nil {
			t.Fatal("a waker is still registered somewhere")
		}
	}
	for _, f := range leaves {
		if f := f.Value(); f != nil {
			t.Fatalf("leaf %d is still held", f.id)
		}
	}
	runtime.KeepAlive(kept)
}

// TestNextOnlyBorrows: what is cancelled is the asking.
func TestNextOnlyBorrows(t *testing.T) {
	t.Parallel()
	l := newLab(1)
	l.never = true
	s := l.stream()
	n := Next(s)
	n.Poll(NewContext(new(labWaker)))
	Cancel(n)
	if l.leaves[0].canceled != 0 {
		t.Error("the stream was cancelled")
	}
}

func TestCatchRestoresTheWaker(t *testing.T) {
	t.Parallel()
	w := new(labWaker)
	cx := NewContext(w)
	// Join polls with a waker of the child's own.
	f := Catch(Join(PollFunc[int](func(*Context) (int, bool) { panic("boo") })))
	if r, ready := f.Poll(cx); !ready || r.Err == nil {
		t.Errorf("%v, %t", r, ready)
	}
	if cx.Waker() != Waker(w) {
		t.Errorf("the waker is %v", cx.Waker())
	}
}

// TestTaskPanicCancels: what a task that panics has been waiting for is given up.
func TestTaskPanicCancels(t *testing.T) {
	t.Parallel()
	for _, again := range []bool{false, true} {
		var l Local
		var h hand
		boo := new(panics)
		boo.again = again
		task := Spawn(&l, Join2[struct{}, int](&h, boo))
		func() {
			defer func() {
				if p, ok := recover().(*PanicError); !ok || p.Value != "poll" {
					t.Errorf("recovered %v", p)
				}
			}()
			_ = l.Run(t.Context())
		}()
		if h.canceled != 1 || !task.Finished() {
			t.Errorf("cancelled %d times, finished: %t", h.canceled, task.Finished())
		}
	}
}

// panics is a future that panics when it is polled, and perhaps again when it is cancelled.
type panics struct{ again bool }

func (*panics) Poll(*Context) (int, bool) { panic("poll") }

func (p *panics) Cancel() {
	if p.again {
		panic("cancel")
	}
}
