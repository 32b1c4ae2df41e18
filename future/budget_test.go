package future

import (
	"slices"
	"strings"
	"testing"
)

// With nothing left of its budget a task gets nothing, though there is something, and its turn
// later.
func TestLeafsKeepToTheBudget(t *testing.T) {
	t.Parallel()
	full := NewChannel[int](2)
	_ = full.TrySend(1)
	b := NewBroadcast[int](1)
	sub := b.Subscribe()
	b.Send(1)
	var watch Watch[int]
	watcher := watch.Watcher()
	watch.Set(1)
	pool := newPool(t, PoolOptions{})
	reader := UnblockReader(strings.NewReader("abc"), UnblockOptions{Pool: pool})
	BlockOn(reader.Read(make([]byte, 1)))
	seq := UnblockSeq(slices.Values([]int{1, 2, 3}), UnblockOptions{Pool: pool})
	nextOf(seq)
	if err := pool.Wait(t.Context()); err != nil { // there is more now
		t.Fatal(err)
	}
	writer := UnblockWriter(new(strings.Builder), UnblockOptions{Pool: pool})
	for name, poll := range map[string]func(cx *Context) bool{
		"Mutex":     func(cx *Context) bool { _, ok := new(Mutex).Lock().Poll(cx); return ok },
		"Semaphore": func(cx *Context) bool { _, ok := NewSemaphore(1).Acquire(1).Poll(cx); return ok },
		"Send":      func(cx *Context) bool { _, ok := full.Send(2).Poll(cx); return ok },
		"Recv":      func(cx *Context) bool { _, ok := full.Recv().Poll(cx); return ok },
		"Broadcast": func(cx *Context) bool { _, ok := sub.Recv().Poll(cx); return ok },
		"Watch":     func(cx *Context) bool { _, ok := watcher.Changed().Poll(cx); return ok },
		"Barrier":   func(cx *Context) bool { _, ok := NewBarrier(1).Wait().Poll(cx); return ok },
		"Reader":    func(cx *Context) bool { _, ok := reader.PollRead(cx, make([]byte, 1)); return ok },
		"Seq":       func(cx *Context) bool { _, _, ok := seq.PollNext(cx); return ok },
		"Writer":    func(cx *Context) bool { _, ok := writer.PollWrite(cx, []byte("x")); return ok },
	} {
		t.Run(name, func(t *testing.T) {
			w := new(tally)
			if poll(&Context{waker: w, left: 0}) || w.n.Load() != 1 {
				t.Errorf("ready, or woken %d times", w.n.Load())
			}
			cx := &Context{waker: w, left: 1}
			if !poll(cx) || cx.left != 0 || w.n.Load() != 1 {
				t.Errorf("not ready, %d left, or woken %d times", cx.left, w.n.Load())
			}
		})
	}
	BlockOn(reader.Close())
}
