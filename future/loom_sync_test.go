//go:build loom

package future

import (
	"errors"
	"math"
	"testing"

	"github.com/goetia-go/goetia/internal/loom"
)

// block waits for a future as a goroutine does.
func block[T any](f Future[T]) T { return BlockOnWith(new(loom.Parker), f) }

// waitFor waits for a condition with an Event, in the order that Event asks for.
func waitFor(e *Event, cond *atomicUint32) {
	for cond.Load() == 0 {
		l := e.Listen()
		if cond.Load() != 0 {
			l.Cancel()
			return
		}
		block[struct{}](l)
	}
}

func TestLoomEvent(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		var e Event
		var cond atomicUint32
		m.Go("waiter", func() { waitFor(&e, &cond) })
		m.Go("other waiter", func() { waitFor(&e, &cond) })
		m.Go("notifier", func() { cond.Store(1); e.Notify(math.MaxInt) })
		m.Finally(func() {
			loom.Assert(e.Listeners() == 0 && e.notified == 0, "%d listen, %d were notified", e.Listeners(), e.notified)
		})
	})
}

// TestLoomEventPassesOn: a notification for a listener that gives up goes to the next one.
func TestLoomEventPassesOn(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		var e Event
		first, second := e.Listen(), e.Listen()
		m.Go("gives up", first.Cancel)
		m.Go("waits", func() { block[struct{}](second) })
		m.Go("notifier", func() { e.Notify(1) })
	})
}

// TestLoomEventNotifiesAdditional: two calls notify two listeners.
func TestLoomEventNotifiesAdditional(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		var e Event
		first, second := e.Listen(), e.Listen()
		m.Go("first", func() { block[struct{}](first) })
		m.Go("second", func() { block[struct{}](second) })
		m.Go("notifier", func() { e.NotifyAdditional(1) })
		m.Go("other notifier", func() { e.NotifyAdditional(1) })
	})
}

// TestLoomFindsListenWithoutLooking: who listens and does not look again waits for ever.
func TestLoomFindsListenWithoutLooking(t *testing.T) {
	finds(t, loom.Deadlock, 1, func(m *loom.Model) {
		var e Event
		var cond atomicUint32
		m.Go("waiter", func() {
			for cond.Load() == 0 {
				block[struct{}](e.Listen())
			}
		})
		m.Go("notifier", func() { cond.Store(1); e.Notify(1) })
	})
}

// TestLoomChannel: what is sent arrives, once, and in the order of its sender.
func TestLoomChannel(t *testing.T) {
	explore(t, 4, func(m *loom.Model) {
		c := NewChannel[int](1)
		send := func(vs ...int) func() {
			return func() {
				for _, v := range vs {
					r := block[Result[struct{}]](c.Send(v))
					loom.Assert(r.Err == nil, "%v", r.Err)
				}
			}
		}
		var got []int
		m.Go("sender", send(1, 2))
		m.Go("other sender", send(10))
		m.Go("receiver", func() {
			for range 3 {
				r := block(c.Recv())
				loom.Assert(r.Err == nil, "%v", r.Err)
				got = append(got, r.Value)
			}
		})
		m.Finally(func() {
			sum, last := 0, 0
			for _, v := range got {
				sum += v
				if v < 10 {
					loom.Assert(v > last, "received %v", got)
					last = v
				}
			}
			loom.Assert(sum == 13, "received %v", got)
		})
	})
}

// TestLoomChannelGivenUpAndClosed: a value was either received or is still with its sender.
func TestLoomChannelGivenUpAndClosed(t *testing.T) {
	explore(t, 4, func(m *loom.Model) {
		c := NewChannel[int](1)
		_ = c.TrySend(1)
		patient, hasty := c.Send(2), c.Send(3)
		var got []int
		m.Go("patient", func() { block[Result[struct{}]](patient) })
		m.Go("hasty", func() {
			hasty.Poll(NewContext(new(loom.Parker)))
			hasty.Cancel()
		})
		m.Go("receiver", func() {
			for {
				r := block(c.Recv())
				if errors.Is(r.Err, ErrChannelClosed) {
					return
				}
				got = append(got, r.Value)
			}
		})
		m.Go("closer", c.Close)
		m.Finally(func() {
			have := map[int]int{}
			for _, v := range got {
				have[v]++
			}
			for _, s := range []*Sending[int]{patient, hasty} {
				if v, unsent := s.Unsent(); unsent {
					have[v]++
				}
			}
			loom.Assert(have[1] == 1 && have[2] == 1 && have[3] == 1, "received %v, all: %v", got, have)
		})
	})
}

func TestLoomOneshot(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		var o Oneshot[int]
		sent := 0
		m.Go("sender", func() {
			if o.Send(7) {
				sent++
			}
			o.Close()
		})
		m.Go("closer", o.Close)
		m.Go("receiver", func() {
			r := block[Result[int]](&o)
			loom.Assert(r.Value == 7 && r.Err == nil || errors.Is(r.Err, ErrChannelClosed), "%v", r)
		})
		m.Finally(func() {
			r, ok := o.Try()
			loom.Assert(ok && (r.Err == nil) == (sent == 1), "%v, sent %d times", r, sent)
		})
	})
}

// TestLoomMutexOfTasks: one at a time holds it, also if one that waits gives up.
func TestLoomMutexOfTasks(t *testing.T) {
	explore(t, 4, func(m *loom.Model) {
		var mu Mutex
		var holders atomicInt64
		hold := func(g Guard) {
			loom.Assert(holders.Add(1) == 1, "two hold it")
			holders.Add(-1)
			g.Unlock()
		}
		m.Go("one", func() { hold(block[Guard](mu.Lock())) })
		m.Go("two", func() { hold(block[Guard](mu.Lock())) })
		m.Go("gives up", func() {
			l := mu.Lock()
			if g, ready := l.Poll(NewContext(new(loom.Parker))); ready {
				hold(g)
				return
			}
			l.Cancel()
		})
		m.Finally(func() {
			g, ok := mu.TryLock()
			loom.Assert(ok, "it stays locked")
			g.Unlock()
		})
	})
}
