package future

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// semaphoreOps does what the bytes say to a Semaphore and to a plain model of one.
func semaphoreOps(t failer, ops []byte) {
	const size = 4
	s := NewSemaphore(size)
	var (
		as      []*Acquiring
		wait    []int // who waits, in order
		granted []int // who was let in and does not know
		held    []Permit
		free    = int64(size)
		woken   []int
	)
	poll := func(i int) (Permit, bool) {
		return as[i].Poll(NewContext(WakerFunc(func() { woken = append(woken, i) })))
	}
	serve := func() (want []int) {
		for len(wait) > 0 && as[wait[0]].w.v <= free {
			free -= as[wait[0]].w.v
			want = append(want, wait[0])
			wait = wait[1:]
		}
		granted = append(granted, want...)
		return want
	}
	for at, op := range ops {
		woken = nil
		var want []int
		arg := int(op >> 3)
		switch op & 7 {
		case 0, 1, 2: // poll one, a new one now and then
			i := len(as)
			if op&7 == 2 && i > 0 {
				i = arg % i
			} else {
				as = append(as, s.Acquire(int64(1+arg%size)))
			}
			n := as[i].w.v
			p, ready := poll(i)
			var expect bool
			switch {
			case slices.Contains(granted, i):
				expect = true
				granted, _ = without(granted, i)
			case slices.Contains(wait, i):
			case len(wait) == 0 && n <= free:
				expect = true
				free -= n
			default:
				wait = append(wait, i)
			}
			if ready != expect {
				t.Fatalf("step %d: %d ready: %t, want %t", at, i, ready, expect)
			}
			if ready {
				held = append(held, p)
			}
		case 3, 4:
			if len(held) == 0 {
				continue
			}
			i := arg % len(held)
			free += held[i].n
			held[i].Release()
			held = slices.Delete(held, i, i+1)
			want = serve()
		case 5, 6:
			if len(as) == 0 {
				continue
			}
			i := arg % len(as)
			as[i].Cancel()
			var was bool
			if granted, was = without(granted, i); was {
				free += as[i].w.v
			}
			wait, _ = without(wait, i)
			want = serve()
		case 7:
			n := int64(1 + arg%size)
			p, ok := s.TryAcquire(n)
			if ok != (len(wait) == 0 && n <= free) {
				t.Fatalf("step %d: TryAcquire(%d): %t with %d free and %v waiting", at, n, ok, free, wait)
			}
			if ok {
				free -= n
				held = append(held, p)
			}
		}
		if !slices.Equal(woken, want) {
			t.Fatalf("step %d: woke %v, want %v", at, woken, want)
		}
		if s.Available() != free || free < 0 {
			t.Fatalf("step %d: %d available, want %d", at, s.Available(), free)
		}
	}
}

func FuzzSemaphore(f *testing.F) {
	f.Add([]byte{8, 24, 0, 16 | 7, 3, 5, 2})
	f.Fuzz(func(t *testing.T, ops []byte) { semaphoreOps(t, ops) })
}

func TestSemaphoreIsItsModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		semaphoreOps(t, rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "ops"))
	})
}
