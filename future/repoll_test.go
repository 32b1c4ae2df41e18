package future

import "testing"

// TestRepollAllocatesNothing: a subject that waits can be woken and polled for nothing.
func TestRepollAllocatesNothing(t *testing.T) {
	for _, s := range subjects {
		t.Run(s.name, func(t *testing.T) {
			l := newLab(1)
			l.never = true
			p := s.build(l)
			defer p.cancel()
			cx := NewContext(new(labWaker)).WithClock(l.clock)
			round := func() {
				for _, f := range l.leaves {
					if f.waker != nil {
						f.waker.Wake()
					}
				}
				p.poll(cx)
			}
			round()
			if n := testing.AllocsPerRun(100, round); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}

// endless is a stream that always has an item.
var endless = StreamFunc[int](func(cx *Context) (int, bool, bool) {
	may := cx.Spend()
	return 1, may, may
})

// TestItemsAllocateNothing: nor does an item that goes through an adapter.
func TestItemsAllocateNothing(t *testing.T) {
	futures := MapEach[int](endless, func(int) Future[int] { return always })
	for name, p := range map[string]*probe{
		"FuseStream":      probeStream(FuseStream[int](endless)),
		"MapEach":         probeStream(MapEach[int](endless, same)),
		"Enumerate":       probeStream(Enumerate[int](endless)),
		"ThenEach":        probeStream(ThenEach[int](endless, func(int) Future[int] { return always })),
		"Filter":          probeStream(Filter[int](endless, yes)),
		"TakeWhile":       probeStream(TakeWhile[int](endless, yes)),
		"Skip":            probeStream(Skip[int](endless, 1)),
		"Zip":             probeStream(Zip[int, int](endless, endless)),
		"Chain":           probeStream(Chain[int](endless, endless)),
		"Merge":           probeStream(Merge[int](endless, endless, endless)),
		"Throttle":        probeStream(Throttle[int](endless, 0)),
		"Fold":            probeFuture(Fold(endless, 0, func(a, b int) int { return a + b })),
		"Buffered":        probeStream(Buffered(futures, 3)),
		"BufferUnordered": probeStream(BufferUnordered(futures, 3)),
	} {
		t.Run(name, func(t *testing.T) {
			cx := NewContext(new(labWaker))
			round := func() { p.poll(cx) }
			round()
			if n := testing.AllocsPerRun(100, round); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}

// always is a future that is ready any number of times.
var always Future[int] = PollFunc[int](func(*Context) (int, bool) { return 1, true })

// TestSetsAllocateNothing: a set in which futures come and go uses its places again.
func TestSetsAllocateNothing(t *testing.T) {
	for name, s := range map[string]futureSet[int]{"Unordered": new(Unordered[int]), "Ordered": new(Ordered[int])} {
		t.Run(name, func(t *testing.T) {
			cx := NewContext(new(labWaker))
			for range 10 {
				s.Push(always)
			}
			round := func() {
				if _, ok, ready := s.PollNext(cx); !ok || !ready {
					t.Fatal("it has no item")
				}
				s.Push(always)
			}
			for range 50 {
				round()
			}
			if n := testing.AllocsPerRun(100, round); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}
