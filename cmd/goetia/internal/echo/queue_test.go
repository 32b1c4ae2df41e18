package echo

import (
	"bytes"
	"testing"
)

func TestQueueKeepsOrder(t *testing.T) {
	t.Parallel()
	var s store
	var q queue
	var want, got []byte
	for i, size := range []int{1, chunkSize - 1, chunkSize, chunkSize + 1, 5 * chunkSize, 0, 7} {
		b := noise(size)
		q.push(&s, b)
		want = append(want, b...)
		for range i {
			if q.size == 0 {
				break
			}
			n := min(1000*i, len(q.front()))
			got = append(got, q.front()[:n]...)
			q.drop(&s, n)
		}
	}
	for q.size > 0 {
		got = append(got, q.front()...)
		q.drop(&s, len(q.front()))
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%d bytes in, %d out, or in another order", len(want), len(got))
	}
	if q.head != nil || q.tail != nil {
		t.Error("an empty queue holds memory")
	}
}

func TestQueueClearReturnsChunks(t *testing.T) {
	var s store
	var q queue
	q.push(&s, noise(10*chunkSize))
	q.clear(&s)
	if q.size != 0 || q.head != nil || s.count != 10 {
		t.Errorf("size %d, head %v, %d chunks in the store", q.size, q.head, s.count)
	}
	b := noise(3 * chunkSize)
	n := testing.AllocsPerRun(10, func() {
		q.push(&s, b)
		q.clear(&s)
	})
	if n != 0 {
		t.Errorf("a queue with a filled store makes %v allocations", n)
	}
}

func TestStoreIsBounded(t *testing.T) {
	t.Parallel()
	var s store
	var q queue
	q.push(&s, make([]byte, (maxStored+50)*chunkSize))
	q.clear(&s)
	if s.count != maxStored {
		t.Errorf("%d chunks stored, want %d", s.count, maxStored)
	}
}
