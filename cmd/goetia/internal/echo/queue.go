package echo

// chunkSize is small enough for ten thousand slow peers and large enough to
// make a write worth its system call.
const chunkSize = 16 << 10

type chunk struct {
	next     *chunk
	from, to int // the bytes that are left
	data     [chunkSize]byte
}

// store keeps chunks for reuse. It belongs to one loop and has no lock.
type store struct {
	free  *chunk
	count int
}

// maxStored bounds what a store keeps: 4 MiB. The rest is the garbage
// collector's.
const maxStored = 256

func (s *store) get() *chunk {
	c := s.free
	if c == nil {
		return new(chunk)
	}
	s.free, c.next = c.next, nil
	s.count--
	c.from, c.to = 0, 0
	return c
}

func (s *store) put(c *chunk) {
	if s.count >= maxStored {
		return
	}
	c.next, s.free = s.free, c
	s.count++
}

// queue is what one connection has yet to send. The zero queue is empty and
// holds no memory.
type queue struct {
	head, tail *chunk
	size       int
}

// push appends a copy of b.
func (q *queue) push(s *store, b []byte) {
	q.size += len(b)
	for len(b) > 0 {
		if q.tail == nil || q.tail.to == chunkSize {
			c := s.get()
			if q.tail == nil {
				q.head = c
			} else {
				q.tail.next = c
			}
			q.tail = c
		}
		n := copy(q.tail.data[q.tail.to:], b)
		q.tail.to += n
		b = b[n:]
	}
}

// front is the longest piece that can be written in one go.
func (q *queue) front() []byte { return q.head.data[q.head.from:q.head.to] }

// drop forgets the first n bytes of the front.
func (q *queue) drop(s *store, n int) {
	q.size -= n
	c := q.head
	c.from += n
	if c.from < c.to {
		return
	}
	q.head = c.next
	if q.head == nil {
		q.tail = nil
	}
	s.put(c)
}

// clear gives everything back to the store.
func (q *queue) clear(s *store) {
	for q.size > 0 {
		q.drop(s, len(q.front()))
	}
}
