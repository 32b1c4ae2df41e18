package future

import "testing"

// Whatever a primitive's future does, when it is cancelled or ready nobody has its waker.
func TestNothingKeepsAWaker(t *testing.T) {
	t.Parallel()
	type subject struct {
		// poll asks and cancel gives up; happen makes it ready.
		poll   func(cx *Context) bool
		cancel func()
		happen func()
		// waits says whether somebody has a waker.
		waits func() bool
	}
	for name, make := range map[string]func() subject{
		"Event": func() subject {
			var e Event
			l := e.Listen()
			return subject{
				func(cx *Context) bool { _, ok := l.Poll(cx); return ok }, l.Cancel, func() { e.Notify(1) },
				func() bool { return e.queue.first != nil || l.w.waker != nil },
			}
		},
		"Mutex": func() subject {
			var m Mutex
			g, _ := m.TryLock()
			l := m.Lock()
			return subject{
				func(cx *Context) bool { _, ok := l.Poll(cx); return ok }, l.Cancel, g.Unlock,
				func() bool { return m.p.queue.first != nil || l.w.waker != nil },
			}
		},
		"Semaphore": func() subject {
			s := NewSemaphore(1)
			p, _ := s.TryAcquire(1)
			a := s.Acquire(1)
			return subject{
				func(cx *Context) bool { _, ok := a.Poll(cx); return ok }, a.Cancel, p.Release,
				func() bool { return s.p.queue.first != nil || a.w.waker != nil },
			}
		},
		"Oneshot": func() subject {
			var o Oneshot[int]
			return subject{
				func(cx *Context) bool { _, ok := o.Poll(cx); return ok }, o.Cancel, func() { o.Send(1) },
				func() bool { return o.slot.state.Load() != 0 || o.slot.waker != nil },
			}
		},
		"Channel, sending": func() subject {
			c := NewChannel[int](1)
			_ = c.TrySend(1)
			s := c.Send(2)
			return subject{
				func(cx *Context) bool { _, ok := s.Poll(cx); return ok }, s.Cancel, func() { _, _, _ = c.TryRecv() },
				func() bool { return c.senders.first != nil || s.w.waker != nil },
			}
		},
		"Channel, receiving": func() subject {
			c := NewChannel[int](1)
			return subject{
				func(cx *Context) bool { _, ok := c.Recv().Poll(cx); return ok }, func() { Cancel(c.Recv()) },
				func() { _ = c.TrySend(1) }, func() bool { return c.receiver != nil },
			}
		},
		"Broadcast": func() subject {
			b := NewBroadcast[int](1)
			s := b.Subscribe()
			return subject{
				func(cx *Context) bool { _, ok := s.Recv().Poll(cx); return ok }, func() { Cancel(s.Recv()) },
				func() { b.Send(1) }, func() bool { return b.waiting.first != nil || s.w.waker != nil },
			}
		},
		"Watch": func() subject {
			var w Watch[int]
			one := w.Watcher()
			return subject{
				func(cx *Context) bool { _, ok := one.Changed().Poll(cx); return ok }, func() { Cancel(one.Changed()) },
				func() { w.Set(1) }, func() bool { return w.waiting.first != nil || one.w.waker != nil },
			}
		},
		"Barrier": func() subject {
			b := NewBarrier(2)
			a := b.Wait()
			return subject{
				func(cx *Context) bool { _, ok := a.Poll(cx); return ok }, a.Cancel,
				func() { pollOnce(b.Wait()) }, func() bool { return b.waiting.first != nil || a.w.waker != nil },
			}
		},
		"CancelToken": func() subject {
			var token CancelToken
			c := token.Canceled()
			return subject{
				func(cx *Context) bool { _, ok := c.Poll(cx); return ok }, c.Cancel, token.Cancel,
				func() bool { return token.waiting.first != nil || c.w.waker != nil },
			}
		},
		"Tracker": func() subject {
			var tr Tracker
			wait := tr.Wait()
			return subject{
				func(cx *Context) bool { _, ok := wait.Poll(cx); return ok }, func() { Cancel(wait) }, tr.Close,
				func() bool { return tr.ended.queue.first != nil || tr.ended.notified != 0 },
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := new(tally)
			cx := NewContext(w)

			s := make()
			s.cancel() // before it was polled
			s = make()
			for range 2 {
				if s.poll(cx) {
					t.Fatal("ready too early")
				}
			}
			if !s.waits() {
				t.Error("it does not wait; the test cannot fail")
			}
			s.cancel()
			if s.cancel(); s.waits() {
				t.Error("a waker is kept after Cancel")
			}
			if s.happen(); w.n.Load() != 0 {
				t.Error("woken after Cancel")
			}

			s = make()
			s.poll(cx)
			s.happen()
			if w.n.Load() != 1 {
				t.Errorf("woken %d times", w.n.Load())
			}
			if !s.poll(cx) {
				t.Error("not ready")
			}
			if s.waits() {
				t.Error("a waker is kept when it is ready")
			}
			s.cancel() // does nothing
		})
	}
}
