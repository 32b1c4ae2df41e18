package afd

// queue is first-in first-out over registration ids. Its memory is reused.
type queue struct {
	ids  []uint32
	head int
}

func (q *queue) push(id uint32) {
	if q.head > 64 && q.head > len(q.ids)/2 {
		n := copy(q.ids, q.ids[q.head:])
		q.ids, q.head = q.ids[:n], 0
	}
	q.ids = append(q.ids, id)
}

func (q *queue) pop() (uint32, bool) {
	if q.head == len(q.ids) {
		q.ids, q.head = q.ids[:0], 0
		return 0, false
	}
	id := q.ids[q.head]
	q.head++
	return id, true
}

func (q *queue) len() int { return len(q.ids) - q.head }
