package goetia

// ring is a queue that allocates only when it has to hold more than ever before, and
// gives a large buffer back when it is empty.
type ring struct {
	buf     []job
	head, n int
}

// ringKept is the capacity that an empty ring keeps.
const ringKept = 1024

func (r *ring) len() int { return r.n }

func (r *ring) push(j job) {
	if r.n == len(r.buf) {
		bigger := make([]job, max(16, 2*len(r.buf)))
		copied := copy(bigger, r.buf[r.head:])
		copy(bigger[copied:], r.buf[:r.head])
		r.buf, r.head = bigger, 0
	}
	// The length is a power of two.
	r.buf[(r.head+r.n)&(len(r.buf)-1)] = j
	r.n++
}

func (r *ring) pop() (job, bool) {
	if r.n == 0 {
		return job{}, false
	}
	j := r.buf[r.head]
	r.buf[r.head] = job{}
	r.head = (r.head + 1) & (len(r.buf) - 1)
	r.n--
	if r.n == 0 && len(r.buf) > ringKept {
		r.buf, r.head = nil, 0
	}
	return j, true
}
