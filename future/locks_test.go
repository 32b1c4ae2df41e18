package future

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestMutexIsHandedOnInOrder(t *testing.T) {
	t.Parallel()
	var m Mutex
	g, ok := m.TryLock()
	if !ok {
		t.Fatal("a new Mutex is locked")
	}
	a, b, c := m.Lock(), m.Lock(), m.Lock()
	wa, wb, wc := mustPend(t, a), mustPend(t, b), mustPend(t, c)
	b.Cancel()
	g.Unlock()
	mustWake(t, wa, 1)
	if _, ok := m.TryLock(); ok {
		t.Error("snatched from the one it was given to")
	}
	a.Cancel() // it was given the lock, and does not want it
	mustWake(t, wb, 0)
	mustWake(t, wc, 1)
	g = mustBe(t, c)
	// A future that is over is the next one's.
	wc = mustPend(t, c)
	g.Unlock()
	mustWake(t, wc, 1)
	mustBe(t, c).Unlock()
	if m.p.taken != 0 || m.p.queue.first != nil {
		t.Errorf("%d taken, queue %v", m.p.taken, m.p.queue.first)
	}
}

func TestUnlockOfWhatIsNotHeldPanics(t *testing.T) {
	t.Parallel()
	var m Mutex
	g, _ := m.TryLock()
	g.Unlock()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
		if _, ok := m.TryLock(); !ok {
			t.Error("the Mutex is locked after that")
		}
	}()
	g.Unlock()
}

func TestLockContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var m RWMutex
		g, err := m.LockContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := m.RLockContext(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("RLockContext: %v", err)
		}
		if _, err := m.LockContext(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("LockContext: %v", err)
		}
		time.AfterFunc(time.Second, g.Unlock)
		r, err := m.RLockContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		// A free lock does not ask the context.
		r2, err := m.RLockContext(ctx)
		if err != nil {
			t.Fatal(err)
		}
		r.Unlock()
		r2.Unlock()
	})
}

func TestRWMutexStarvesNobody(t *testing.T) {
	t.Parallel()
	var m RWMutex
	r1, ok1 := m.TryRLock()
	r2 := mustBe(t, m.RLock())
	if !ok1 {
		t.Fatal("two readers exclude each other")
	}
	w := m.Lock()
	ww := mustPend(t, w)
	if _, ok := m.TryRLock(); ok {
		t.Error("a reader overtakes a writer")
	}
	r3, r4 := m.RLock(), m.RLock()
	w3, w4 := mustPend(t, r3), mustPend(t, r4)
	w2 := m.Lock()
	ww2 := mustPend(t, w2)
	r1.Unlock()
	mustWake(t, ww, 0)
	r2.Unlock()
	mustWake(t, ww, 1)
	g := mustBe(t, w)
	mustWake(t, w3, 0)
	g.Unlock()
	mustWake(t, w3, 1)
	mustWake(t, w4, 1)
	mustWake(t, ww2, 0)
	// A writer that gives up lets the readers behind it in.
	r5 := m.RLock()
	w5 := mustPend(t, r5)
	w2.Cancel()
	mustWake(t, w5, 1)
	mustBe(t, r3).Unlock()
	mustBe(t, r4).Unlock()
	mustBe(t, r5).Unlock()
	if _, ok := m.TryLock(); !ok {
		t.Error("somebody holds it still")
	}
}

func TestSemaphoreChecksItsArguments(t *testing.T) {
	t.Parallel()
	s := NewSemaphore(2)
	for name, f := range map[string]func(){
		"NewSemaphore(0)": func() { NewSemaphore(0) },
		"Acquire(3)":      func() { s.Acquire(3) },
		"Acquire(0)":      func() { s.Acquire(0) },
		"TryAcquire(-1)":  func() { s.TryAcquire(-1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func TestSemaphoreIsInOrder(t *testing.T) {
	t.Parallel()
	s := NewSemaphore(3)
	p, ok := s.TryAcquire(2)
	if !ok || s.Available() != 1 {
		t.Fatal(ok, s.Available())
	}
	big, small := s.Acquire(3), s.Acquire(1)
	wBig, wSmall := mustPend(t, big), mustPend(t, small)
	if _, ok := s.TryAcquire(1); ok {
		t.Error("overtook those who wait")
	}
	mustWake(t, wSmall, 0)
	big.Cancel() // the small one fits
	mustWake(t, wBig, 0)
	mustWake(t, wSmall, 1)
	q := mustBe(t, small)
	p.Release()
	q.Release()
	if s.Available() != 3 {
		t.Errorf("%d available", s.Available())
	}
}

// Goroutines and tasks that give up now and then, and never are too many inside.
func TestSemaphoreNeverLetsInTooMany(t *testing.T) {
	t.Parallel()
	const size, workers, each = 5, 6, 300
	s := NewSemaphore(size)
	var inside atomic.Int64
	enter := func(n int64) {
		if now := inside.Add(n); now > size {
			t.Errorf("%d inside", now)
		}
		runtime.Gosched()
		inside.Add(-n)
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				n := int64(1 + (i+w)%size)
				ctx, cancel := context.WithCancel(t.Context())
				if i%3 == 0 {
					go cancel()
				}
				p, err := s.AcquireContext(ctx, n)
				cancel()
				if err != nil {
					continue
				}
				enter(n)
				p.Release()
			}
		})
	}
	wg.Go(func() {
		var l Local
		for w := range workers {
			a := s.Acquire(int64(1 + w%size))
			left := each
			Spawn(&l, PollFunc[bool](func(cx *Context) (bool, bool) {
				for left > 0 {
					p, ok := a.Poll(cx)
					if !ok && left%7 == 0 {
						a.Cancel()
						left--
						continue
					}
					if !ok {
						return false, false
					}
					left--
					enter(p.n)
					p.Release()
				}
				return true, true
			}))
		}
		if err := l.Run(t.Context()); err != nil {
			t.Error(err)
		}
	})
	wg.Wait()
	if s.Available() != size || s.p.queue.first != nil {
		t.Errorf("%d available in the end, queue: %v", s.Available(), s.p.queue.first)
	}
}

func TestBusyLockLetsOthersHaveTheirTurn(t *testing.T) {
	t.Parallel()
	var m Mutex
	lock := m.Lock()
	l := NewLocal(LocalOptions{Budget: 4})
	var log []string
	left := 10
	Spawn(l, PollFunc[bool](func(cx *Context) (bool, bool) {
		for ; left > 0; left-- {
			g, ok := lock.Poll(cx)
			if !ok {
				return false, false
			}
			g.Unlock()
			log = append(log, "lock")
		}
		return true, true
	}))
	Spawn(l, PollFunc[bool](func(*Context) (bool, bool) {
		log = append(log, "other")
		return true, true
	}))
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(log) != 11 || log[4] != "other" {
		t.Errorf("ran %v", log)
	}
}
