package future

import "testing"

// What is done again and again, waiting and being woken included, allocates nothing.
func TestWaitsDoNotAllocate(t *testing.T) {
	w := new(tally)
	cx := NewContext(w)
	pending := func(ready bool) {
		if ready {
			t.Error("ready too early")
		}
	}
	ready := func(ready bool) {
		if !ready {
			t.Error("not ready")
		}
	}
	var e Event
	l := e.Listen()
	l.Cancel()
	var m Mutex
	lock := m.Lock()
	var rw RWMutex
	rlock := rw.RLock()
	s := NewSemaphore(2)
	acquire := s.Acquire(2)
	c := NewChannel[int](1)
	send := c.Send(0)
	b := NewBroadcast[int](2)
	sub := b.Subscribe()
	watch := NewWatch(0)
	watcher := watch.Watcher()
	barrier := NewBarrier(2)
	first, second := barrier.Wait(), barrier.Wait()
	var token CancelToken
	canceled := token.Canceled()
	for _, test := range []struct {
		name string
		f    func()
	}{
		{"Event without listeners", func() { e.Notify(1) }},
		{"Listener", func() {
			l.Again()
			_, ok := l.Poll(cx)
			pending(ok)
			e.Notify(1)
			_, ok = l.Poll(cx)
			ready(ok)
		}},
		{"TryLock", func() {
			g, ok := m.TryLock()
			ready(ok)
			g.Unlock()
		}},
		{"Mutex", func() {
			g, _ := m.TryLock()
			_, ok := lock.Poll(cx)
			pending(ok)
			g.Unlock()
			g, ok = lock.Poll(cx)
			ready(ok)
			g.Unlock()
		}},
		{"LockContext of a free Mutex", func() {
			g, err := m.LockContext(t.Context())
			ready(err == nil)
			g.Unlock()
		}},
		{"RWMutex", func() {
			g, _ := rw.TryLock()
			_, ok := rlock.Poll(cx)
			pending(ok)
			g.Unlock()
			g, ok = rlock.Poll(cx)
			ready(ok)
			g.Unlock()
		}},
		{"Semaphore", func() {
			p, _ := s.TryAcquire(1)
			_, ok := acquire.Poll(cx)
			pending(ok)
			p.Release()
			p, ok = acquire.Poll(cx)
			ready(ok)
			p.Release()
		}},
		{"Channel", func() {
			_, ok := c.Recv().Poll(cx)
			pending(ok)
			ready(c.TrySend(1) == nil)
			send.Again(2)
			_, ok = send.Poll(cx)
			pending(ok)
			_, ok = c.Recv().Poll(cx)
			ready(ok)
			_, ok = send.Poll(cx)
			ready(ok)
			_, _, ok = c.PollNext(cx)
			ready(ok)
		}},
		{"Broadcast", func() {
			_, ok := sub.Recv().Poll(cx)
			pending(ok)
			b.Send(1)
			_, ok = sub.Recv().Poll(cx)
			ready(ok)
		}},
		{"Watch", func() {
			_, ok := watcher.Changed().Poll(cx)
			pending(ok)
			watch.Set(1)
			_, ok = watcher.Changed().Poll(cx)
			ready(ok)
		}},
		{"Barrier", func() {
			_, ok := first.Poll(cx)
			pending(ok)
			_, ok = second.Poll(cx)
			ready(ok)
			_, ok = first.Poll(cx)
			ready(ok)
		}},
		{"CancelToken", func() {
			_, ok := canceled.Poll(cx)
			pending(ok)
			canceled.Cancel()
		}},
	} {
		if n := testing.AllocsPerRun(100, test.f); n != 0 {
			t.Errorf("%s: %v allocations", test.name, n)
		}
	}
}
