package future

// valueQueue is a queue of values in a ring that grows, up to what its owner lets in, and does not
// shrink.
type valueQueue[T any] struct {
	ring  []T
	first int
	n     int
}

// push puts a value last.
func (q *valueQueue[T]) push(v T, limit int) {
	if q.n == len(q.ring) {
		ring := make([]T, min(limit, max(8, 2*q.n)))
		k := copy(ring, q.ring[q.first:])
		copy(ring[k:], q.ring[:q.first])
		q.ring, q.first = ring, 0
	}
	i := q.first + q.n
	if i >= len(q.ring) {
		i -= len(q.ring)
	}
	q.ring[i] = v
	q.n++
}

// pop takes the first value, of which there is one.
func (q *valueQueue[T]) pop() T {
	var none T
	v := q.ring[q.first]
	q.ring[q.first] = none // let go of what it refers to
	q.n--
	if q.first++; q.first == len(q.ring) {
		q.first = 0
	}
	return v
}
