package future

import (
	"math"
	"testing"
)

// TestPollsEnd: no poll of what is never done goes on for ever, whether the context has a budget or
// not, and each has itself polled again.
func TestPollsEnd(t *testing.T) {
	t.Parallel()
	never := func(int) bool { return false }
	busy := PollFunc[int](func(cx *Context) (int, bool) { cx.Waker().Wake(); return 0, false })
	empties := make([]Stream[int], 1000)
	for i := range empties {
		empties[i] = StreamOf[int]()
	}
	for name, make := range map[string]func() *probe{
		"Filter":  func() *probe { return probeStream(Filter(endless, never)) },
		"Skip":    func() *probe { return probeStream(Skip(endless, math.MaxInt)) },
		"Chunks":  func() *probe { return probeStream(Chunks(endless, math.MaxInt)) },
		"ForEach": func() *probe { return probeFuture(ForEach(endless, func(int) {})) },
		"Collect": func() *probe { return probeFuture(Collect(Filter(endless, never))) },
		"Chain":   func() *probe { return probeStream(Chain(empties...)) },
		"Merge":   func() *probe { return probeStream(Merge(empties...)) },
		"Select":  func() *probe { return probeFuture(Select[int](busy, busy)) },
		"Buffered": func() *probe {
			return probeStream(Buffered(MapEach(endless, func(int) Future[int] { return busy }), math.MaxInt))
		},
		"Join": func() *probe {
			many := make([]Future[int], 1000)
			for i := range many {
				many[i] = Ready(i)
			}
			return probeFuture(Join(many...))
		},
	} {
		for _, budget := range []int{-1, 10} {
			p := make()
			w := new(labWaker)
			cx := NewContext(w)
			cx.left = budget
			if o := p.poll(cx); o != isPending || !w.woken {
				t.Errorf("%s with a budget of %d: %d, woken: %t", name, budget, o, w.woken)
			}
			p.cancel()
		}
	}
}
