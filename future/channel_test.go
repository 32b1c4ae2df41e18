package future

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func TestChannelCloseDrains(t *testing.T) {
	t.Parallel()
	c := NewChannel[int](2)
	for i := range 2 {
		if err := c.TrySend(i); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.TrySend(9); !errors.Is(err, ErrChannelFull) {
		t.Errorf("TrySend to a full one: %v", err)
	}
	s := c.Send(7)
	w := mustPend(t, s)
	c.Close()
	c.Close()
	mustWake(t, w, 1)
	if r := mustBe(t, s); !errors.Is(r.Err, ErrChannelClosed) {
		t.Errorf("a sender that waited got %v", r.Err)
	}
	if v, ok := s.Unsent(); !ok || v != 7 {
		t.Errorf("unsent: %d, %t", v, ok)
	}
	if err := c.TrySend(9); !errors.Is(err, ErrChannelClosed) {
		t.Errorf("TrySend: %v", err)
	}
	if r := mustBe(t, c.Send(9)); !errors.Is(r.Err, ErrChannelClosed) {
		t.Errorf("Send: %v", r.Err)
	}
	for i := range 2 {
		if r := mustBe(t, c.Recv()); r.Err != nil || r.Value != i {
			t.Errorf("received %v", r)
		}
	}
	if r := mustBe(t, c.Recv()); !errors.Is(r.Err, ErrChannelClosed) {
		t.Errorf("received %v", r)
	}
	if _, ok, err := c.TryRecv(); ok || !errors.Is(err, ErrChannelClosed) {
		t.Errorf("TryRecv: %t, %v", ok, err)
	}
	if _, err := c.RecvContext(t.Context()); !errors.Is(err, ErrChannelClosed) {
		t.Errorf("RecvContext: %v", err)
	}
	if _, ok, ready := c.PollNext(NewContext(new(tally))); ok || !ready {
		t.Errorf("PollNext: %t, %t", ok, ready)
	}
}

func TestChannelWakesTheReceiver(t *testing.T) {
	t.Parallel()
	c := NewChannel[string](1)
	first := mustPend(t, c.Recv())
	second := mustPend(t, c.Recv())
	if r := mustBe(t, c.Send("a")); r.Err != nil {
		t.Fatal(r.Err)
	}
	mustWake(t, first, 0)
	mustWake(t, second, 1)
	// Whoever was told may give up; the next one gets the value.
	Cancel(c.Recv())
	if v, ok, err := c.TryRecv(); v != "a" || !ok || err != nil {
		t.Error(v, ok, err)
	}
	third := mustPend(t, c.Recv())
	Cancel(c.Recv())
	if err := c.TrySend("b"); err != nil {
		t.Fatal(err)
	}
	mustWake(t, third, 0)
	if c.Len() != 1 || c.Cap() != 1 {
		t.Error(c.Len(), c.Cap())
	}
}

func TestChannelCancelledSendLosesNothing(t *testing.T) {
	t.Parallel()
	c := NewChannel[int](1)
	_ = c.TrySend(0)
	a, b := c.Send(1), c.Send(2)
	mustPend(t, a)
	wb := mustPend(t, b)
	a.Cancel()
	if v, ok := a.Unsent(); !ok || v != 1 {
		t.Errorf("unsent: %d, %t", v, ok)
	}
	if r := mustBe(t, c.Recv()); r.Value != 0 {
		t.Error(r)
	}
	mustWake(t, wb, 1)
	b.Cancel() // it was sent by now
	if v, ok := b.Unsent(); ok {
		t.Errorf("unsent: %d", v)
	}
	if r := mustBe(t, c.Recv()); r.Value != 2 {
		t.Error(r)
	}
	a.Again(3)
	mustBe(t, a)
	if r := mustBe(t, c.Recv()); r.Value != 3 {
		t.Error(r)
	}
}

func TestChannelContexts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := NewChannel[int](1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.RecvContext(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("RecvContext: %v", err)
		}
		if err := c.SendContext(ctx, 1); err != nil {
			t.Errorf("SendContext with room: %v", err)
		}
		if err := c.SendContext(ctx, 2); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("SendContext without: %v", err)
		}
		time.AfterFunc(time.Second, func() {
			if v, err := c.RecvContext(t.Context()); v != 1 || err != nil {
				t.Error(v, err)
			}
		})
		if err := c.SendContext(t.Context(), 3); err != nil {
			t.Error(err)
		}
		if v, err := c.RecvContext(t.Context()); v != 3 || err != nil {
			t.Error(v, err)
		}
	})
}

// For any number of senders, values and room, some senders giving up now and then: what
// was sent arrives once, and what one sender sent in its order.
func TestChannelIsInOrderForEachSender(t *testing.T) {
	t.Parallel()
	type value struct{ sender, n int }
	rapid.Check(t, func(rt *rapid.T) {
		senders := rapid.IntRange(1, 6).Draw(rt, "senders")
		each := rapid.IntRange(0, 40).Draw(rt, "values")
		tasks := rapid.IntRange(0, senders).Draw(rt, "of them tasks")
		c := NewChannel[value](rapid.IntRange(1, 5).Draw(rt, "capacity"))
		sent := make([][]int, senders)
		var wg sync.WaitGroup
		for s := tasks; s < senders; s++ {
			wg.Go(func() {
				for n := range each {
					ctx, cancel := context.WithCancel(t.Context())
					if n%5 == 4 {
						go cancel()
					}
					if c.SendContext(ctx, value{s, n}) == nil {
						sent[s] = append(sent[s], n)
					}
					cancel()
				}
			})
		}
		wg.Go(func() {
			var l Local
			for s := range tasks {
				n := 0
				f := c.Send(value{s, 0})
				Spawn(&l, PollFunc[bool](func(cx *Context) (bool, bool) {
					for n < each {
						if _, ready := f.Poll(cx); !ready {
							if n%5 != 4 {
								return false, false
							}
							f.Cancel()
						}
						if _, unsent := f.Unsent(); !unsent {
							sent[s] = append(sent[s], n)
						}
						n++
						f.Again(value{s, n})
					}
					return true, true
				}))
			}
			if err := l.Run(t.Context()); err != nil {
				t.Error(err)
			}
		})
		go func() {
			wg.Wait()
			c.Close()
		}()
		got := make([][]int, senders)
		for {
			v, err := c.RecvContext(t.Context())
			if err != nil {
				break
			}
			got[v.sender] = append(got[v.sender], v.n)
		}
		for s := range senders {
			if !slices.Equal(got[s], sent[s]) || !slices.IsSorted(got[s]) {
				rt.Fatalf("sender %d has sent %v, received %v", s, sent[s], got[s])
			}
		}
	})
}
