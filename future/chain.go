package future

import "slices"

// Chain is the items of the first stream, then those of the second one, and so on.
func Chain[T any](ss ...Stream[T]) Stream[T] {
	for _, s := range ss {
		flow(s)
	}
	return &chain[T]{slices.Clone(ss)}
}

type chain[T any] struct{ ss []Stream[T] }

func (c *chain[T]) PollNext(cx *Context) (v T, ok, ready bool) {
	for p := pace(0); len(c.ss) > 0; {
		if v, ok, ready = c.ss[0].PollNext(cx); ok || !ready {
			return v, ok, ready
		}
		c.ss[0], c.ss = nil, c.ss[1:]
		if !p.step(cx) {
			return v, false, false
		}
	}
	c.ss = nil
	return v, false, true
}

func (c *chain[T]) Cancel() {
	for len(c.ss) > 0 {
		s := c.ss[0]
		c.ss[0], c.ss = nil, c.ss[1:]
		Cancel(s)
	}
	c.ss = nil
}
