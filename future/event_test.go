package future

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestEventNotify(t *testing.T) {
	t.Parallel()
	type step struct {
		additional bool
		n          int
	}
	for _, test := range []struct {
		name  string
		steps []step
		want  int // of five listeners
	}{
		{"none", nil, 0},
		{"zero", []step{{false, 0}}, 0},
		{"negative", []step{{true, -1}}, 0},
		{"one", []step{{false, 1}}, 1},
		{"one again counts the first", []step{{false, 1}, {false, 1}}, 1},
		{"two after one", []step{{false, 1}, {false, 2}}, 2},
		{"one more", []step{{false, 1}, {true, 1}}, 2},
		{"all", []step{{false, math.MaxInt}}, 5},
		{"more than there are", []step{{true, 9}}, 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var e Event
			var ls []*Listener
			var ws []*tally
			for range 5 {
				ls = append(ls, e.Listen())
				ws = append(ws, mustPend(t, ls[len(ls)-1]))
			}
			for _, s := range test.steps {
				if s.additional {
					e.NotifyAdditional(s.n)
				} else {
					e.Notify(s.n)
				}
			}
			if e.Listeners() != 5-test.want {
				t.Errorf("%d listeners, want %d", e.Listeners(), 5-test.want)
			}
			for i, l := range ls {
				_, ready, _ := pollOnce(l)
				if ready != (i < test.want) {
					t.Errorf("listener %d: %t", i, ready)
				}
				if woken := ws[i].n.Load() == 1; woken != ready {
					t.Errorf("listener %d: woken %t", i, woken)
				}
				l.Cancel()
			}
			if e.Listeners() != 0 || e.notified != 0 {
				t.Errorf("%d listeners, %d notified are left", e.Listeners(), e.notified)
			}
		})
	}
}

func TestEventNotificationOfACancelledListenerPassesOn(t *testing.T) {
	t.Parallel()
	var e Event
	a, b, c := e.Listen(), e.Listen(), e.Listen()
	wb, wc := mustPend(t, b), mustPend(t, c)
	e.Notify(1) // a, which was never polled
	a.Cancel()
	mustWake(t, wb, 1)
	b.Cancel()
	mustWake(t, wc, 1)
	mustBe(t, c)
	// What was seen does not pass on.
	d := e.Listen()
	c.Cancel()
	mustPend(t, d)
	d.Cancel()
}

// The lock is held by the test: who takes it hangs.
func TestEventNotifyTakesNoLockWhenNobodyListens(t *testing.T) {
	t.Parallel()
	var e Event
	e.mu.Lock()
	defer e.mu.Unlock()
	e.Notify(1)
	e.NotifyAdditional(1)
	e.Notify(math.MaxInt)
}

func TestEventReplacesWakersSilently(t *testing.T) {
	t.Parallel()
	var e Event
	l := e.Listen()
	first, second := mustPend(t, l), mustPend(t, l)
	e.Notify(1)
	mustWake(t, first, 0)
	mustWake(t, second, 1)
	mustBe(t, l)
}

func TestEventWakesOutsideTheLock(t *testing.T) {
	t.Parallel()
	var e Event
	l := e.Listen()
	var seen int
	l.Poll(NewContext(WakerFunc(func() {
		e.mu.Lock() // hangs if it is held
		seen++
		e.mu.Unlock()
	})))
	e.Notify(1)
	if seen != 1 {
		t.Errorf("woken %d times", seen)
	}
	mustBe(t, l)
}

func TestEventWakesManyInOrder(t *testing.T) {
	t.Parallel()
	var e Event
	var got []int
	ls := make([]*Listener, 50)
	for i := range ls {
		ls[i] = e.Listen()
		ls[i].Poll(NewContext(WakerFunc(func() { got = append(got, i) })))
	}
	e.Notify(math.MaxInt)
	if len(got) != len(ls) || !slices.IsSorted(got) {
		t.Errorf("woken: %v", got)
	}
}

func TestListenerPolledWithoutListeningPanics(t *testing.T) {
	t.Parallel()
	var e Event
	l := e.Listen()
	l.Cancel()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	pollOnce(l)
}

func TestListenerDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var e Event
		began := time.Now()
		if e.Listen().WaitDeadline(began.Add(time.Second)) {
			t.Error("notified by nobody")
		}
		if d := time.Since(began); d != time.Second {
			t.Errorf("waited %v", d)
		}
		l := e.Listen()
		time.AfterFunc(time.Second, func() { e.Notify(1) })
		if !l.WaitDeadline(time.Now().Add(time.Minute)) {
			t.Error("not notified")
		}
		if d := time.Since(began); d != 2*time.Second {
			t.Errorf("waited %v", d)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := e.Listen().Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if e.Listeners() != 0 {
			t.Errorf("%d listeners are left", e.Listeners())
		}
		// A notification wins over a deadline that has passed.
		l = e.Listen()
		e.Notify(1)
		if !l.WaitDeadline(began) {
			t.Error("lost a notification")
		}
	})
}

// A counter that is taken from by goroutines and tasks, and added to by others: if a
// notification were lost this would hang.
func TestEventLosesNothing(t *testing.T) {
	t.Parallel()
	const goroutines, tasks, each = 4, 4, 200
	var e Event
	var tokens atomic.Int64
	take := func() bool {
		for {
			n := tokens.Load()
			if n == 0 {
				return false
			}
			if tokens.CompareAndSwap(n, n-1) {
				return true
			}
		}
	}
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for range each {
				for !take() {
					l := e.Listen()
					if take() {
						l.Cancel()
						break
					}
					if err := l.Wait(t.Context()); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	wg.Go(func() {
		var l Local
		for range tasks {
			Spawn[struct{}](&l, &taker{e: &e, take: take, left: each})
		}
		if err := l.Run(t.Context()); err != nil {
			t.Error(err)
		}
	})
	for range 2 {
		wg.Go(func() {
			for i := range (goroutines + tasks) * each / 2 {
				tokens.Add(1)
				e.NotifyAdditional(1)
				if i%16 == 0 {
					runtime.Gosched()
				}
			}
		})
	}
	wg.Wait()
	if n := tokens.Load(); n != 0 || e.Listeners() != 0 {
		t.Errorf("%d tokens, %d listeners are left", n, e.Listeners())
	}
}

// taker takes a number of tokens.
type taker struct {
	e    *Event
	l    *Listener
	take func() bool
	left int
}

func (k *taker) Poll(cx *Context) (none struct{}, ready bool) {
	for k.left > 0 {
		if k.take() {
			k.left--
			if k.l != nil {
				k.l.Cancel()
				k.l = nil
			}
			continue
		}
		if k.l == nil {
			k.l = k.e.Listen()
			continue
		}
		if _, notified := k.l.Poll(cx); !notified {
			return none, false
		}
		k.l = nil
	}
	return none, true
}
