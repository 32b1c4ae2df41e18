//go:build loom

package future

import (
	"errors"
	"testing"

	"github.com/goetia-go/goetia/internal/loom"
)

// TestLoomChannelInOrder: two senders, room for one.
func TestLoomChannelInOrder(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		c := NewChannel[int](1)
		m.Go("sender", func() {
			blockOn[Result[struct{}]](c.Send(1))
			blockOn[Result[struct{}]](c.Send(2))
		})
		m.Go("other sender", func() { blockOn[Result[struct{}]](c.Send(10)) })
		m.Go("receiver", func() {
			sum, last := 0, 0
			for range 3 {
				v := blockOn(c.Recv()).Value
				if v < 10 {
					loom.Assert(v > last, "%d after %d", v, last)
					last = v
				}
				sum += v
			}
			loom.Assert(sum == 13, "received %d", sum)
		})
		m.Finally(func() {
			loom.Assert(c.senders.first == nil && c.receiver == nil && c.values.n == 0, "something is left")
		})
	})
}

// TestLoomChannelCanceledSend: a value was sent or is still there, never both or neither.
func TestLoomChannelCanceledSend(t *testing.T) {
	explore(t, 4, func(m *loom.Model) {
		c := NewChannel[int](1)
		_ = c.TrySend(1)
		send := c.Send(2)
		send.Poll(NewContext(new(loom.Parker)))
		kept, got := 0, 0
		m.Go("sender", func() {
			send.Cancel()
			if _, unsent := send.Unsent(); unsent {
				kept++
			}
			c.Close()
		})
		m.Go("receiver", func() {
			for blockOn(c.Recv()).Err == nil {
				got++
			}
		})
		m.Finally(func() { loom.Assert(kept+got == 2, "received %d, kept %d", got, kept) })
	})
}

func TestLoomChannelClosed(t *testing.T) {
	explore(t, 4, func(m *loom.Model) {
		c := NewChannel[int](1)
		sent, got := 0, 0
		m.Go("sender", func() {
			for range 2 {
				if r := blockOn[Result[struct{}]](c.Send(1)); r.Err == nil {
					sent++
				}
			}
		})
		m.Go("closer", c.Close)
		m.Go("receiver", func() {
			for blockOn(c.Recv()).Err == nil {
				got++
			}
		})
		m.Finally(func() { loom.Assert(sent == got, "sent %d, received %d", sent, got) })
	})
}

func TestLoomOneshot(t *testing.T) {
	explore(t, 4, func(m *loom.Model) {
		var o Oneshot[int]
		sent := false
		m.Go("sender", func() { sent = o.Send(7) })
		m.Go("closer", o.Close)
		m.Go("receiver", func() {
			r := blockOn[Result[int]](&o)
			loom.Assert(r.Value == 7 || errors.Is(r.Err, ErrChannelClosed), "received %v", r)
		})
		m.Finally(func() {
			r, ok := o.Try()
			loom.Assert(ok && sent == (r.Err == nil), "sent: %t, received %v", sent, r)
			loom.Assert(o.slot.waker == nil, "a waker is left")
		})
	})
}

// TestLoomOneshotCanceled: a value that Send has accepted is there for Try.
func TestLoomOneshotCanceled(t *testing.T) {
	explore(t, 4, func(m *loom.Model) {
		var o Oneshot[int]
		sent := false
		o.Poll(NewContext(new(loom.Parker)))
		m.Go("sender", func() { sent = o.Send(7) })
		m.Go("receiver", o.Cancel)
		m.Finally(func() {
			r, ok := o.Try()
			loom.Assert(ok && sent == (r.Err == nil), "sent: %t, received %v", sent, r)
			loom.Assert(o.slot.waker == nil && o.slot.state.Load() == 0, "a waker is left")
		})
	})
}

func TestLoomMutex(t *testing.T) {
	explore(t, 4, func(m *loom.Model) {
		var mu Mutex
		value := 0
		for _, name := range []string{"a", "b"} {
			m.Go(name, func() {
				g := blockOn[Guard](mu.Lock())
				writes(&value)
				value++
				g.Unlock()
			})
		}
		m.Go("gives up", func() {
			l := mu.Lock()
			if g, ok := l.Poll(NewContext(new(loom.Parker))); ok {
				g.Unlock()
				return
			}
			l.Cancel()
		})
		m.Finally(func() {
			loom.Assert(value == 2 && mu.p.taken == 0 && mu.p.queue.first == nil, "value %d, taken %d", value, mu.p.taken)
		})
	})
}

func TestLoomSemaphore(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		s := NewSemaphore(2)
		var inside atomicInt64
		use := func(n int64) func() {
			return func() {
				p := blockOn[Permit](s.Acquire(n))
				now := inside.Add(n)
				loom.Assert(now <= 2, "%d inside", now)
				inside.Add(-n)
				p.Release()
			}
		}
		m.Go("large", use(2))
		m.Go("small", use(1))
		m.Go("other small", use(1))
		m.Finally(func() { loom.Assert(s.Available() == 2, "%d available", s.Available()) })
	})
}

func TestLoomWatchAndBroadcast(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		var w Watch[int]
		watcher := w.Watcher()
		b := NewBroadcast[int](1)
		sub := b.Subscribe()
		m.Go("setter", func() {
			w.Set(1)
			b.Send(1)
			w.Set(2)
			b.Close()
		})
		m.Go("watcher", func() {
			for blockOn(watcher.Changed()).Value != 2 {
			}
		})
		m.Go("subscriber", func() {
			loom.Assert(blockOn(sub.Recv()).Value == 1, "lost a value")
			loom.Assert(errors.Is(blockOn(sub.Recv()).Err, ErrChannelClosed), "it does not end")
		})
		m.Finally(func() { loom.Assert(w.waiting.first == nil && b.waiting.first == nil, "a waiter is left") })
	})
}

func TestLoomBarrier(t *testing.T) {
	explore(t, 4, func(m *loom.Model) {
		b := NewBarrier(2)
		var leaders atomicInt64
		for _, name := range []string{"a", "b"} {
			m.Go(name, func() {
				for range 2 {
					if blockOn[bool](b.Wait()) {
						leaders.Add(1)
					}
				}
			})
		}
		m.Finally(func() {
			loom.Assert(leaders.Load() == 2 && b.arrived == 0, "%d leaders, %d arrived", leaders.Load(), b.arrived)
		})
	})
}
