package future

import "fmt"

// Chunks gathers the items n at a time. The last chunk has what is left. It panics if n is not
// positive.
func Chunks[T any](s Stream[T], n int) Stream[[]T] {
	if n <= 0 {
		panic(fmt.Sprintf("future: Chunks of %d items", n))
	}
	return &chunks[T]{upstream: flow(s), n: n}
}

type chunks[T any] struct {
	upstream[T]
	n   int
	has []T
}

func (c *chunks[T]) PollNext(cx *Context) (chunk []T, ok, ready bool) {
	for p := pace(0); ; {
		v, ok, ready := c.next(cx)
		if !ready {
			return nil, false, false
		}
		if ok {
			if c.has == nil {
				c.has = make([]T, 0, min(c.n, 64))
			}
			c.has = append(c.has, v)
		}
		if !ok || len(c.has) == c.n {
			chunk, c.has = c.has, nil
			return chunk, len(chunk) > 0, true
		}
		if !p.step(cx) {
			return nil, false, false
		}
	}
}

func (c *chunks[T]) Cancel() {
	c.has = nil
	c.upstream.Cancel()
}
