package poll

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/goetia-go/goetia/internal/backend"
)

// posts are the things that have called and were not collected yet, in the order in
// which they called.
type posts struct {
	// waiting is the length of list, for those who only look.
	waiting atomic.Int32
	mu      sync.Mutex
	list    []*extra
	// passed: a Wait with room for one left the place to the mechanism.
	passed bool
}

// post notes that a thing has something to say, and has a Wait return.
func (p *Poller) post(x *extra) {
	p.posts.mu.Lock()
	fresh := !x.pending
	x.pending = true
	first := fresh && x.added && p.posts.push(x)
	p.posts.mu.Unlock()
	if first {
		p.nudge()
	}
}

// added lets a thing's calls through, those included that came before.
func (p *Poller) added(x *extra) {
	p.posts.mu.Lock()
	x.added = true
	first := x.pending && p.posts.push(x)
	p.posts.mu.Unlock()
	if first {
		p.nudge()
	}
}

// withdraw forgets a thing; it may call as often as it likes.
func (p *Poller) withdraw(x *extra) {
	p.posts.mu.Lock()
	defer p.posts.mu.Unlock()
	x.added, x.pending = false, true
	if i := slices.Index(p.posts.list, x); i >= 0 {
		p.posts.list = slices.Delete(p.posts.list, i, i+1)
		p.posts.waiting.Store(int32(len(p.posts.list)))
	}
}

// push appends a thing, and says whether it is the only one: whoever pushed the
// first has nudged, and a Wait that leaves some behind is followed by one that looks.
func (q *posts) push(x *extra) bool {
	q.list = append(q.list, x)
	q.waiting.Store(int32(len(q.list)))
	return len(q.list) == 1
}

// nudge makes the Wait in progress, or the next one, look.
func (p *Poller) nudge() {
	if !p.enter() {
		return
	}
	defer p.leave()
	_ = p.b.Notify() // should it fail, the next Wait looks all the same
}

// room is how many of n places are for the things that have called: at most half, so
// that neither they nor the sources are kept out for ever.
func (q *posts) room(n int) int {
	waiting := int(q.waiting.Load())
	if n > 1 || waiting == 0 {
		return min(waiting, n/2)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.passed = !q.passed
	if q.passed {
		return 0
	}
	return 1
}

// take fills raw with things that have called.
func (q *posts) take(raw []backend.Event) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(raw), len(q.list))
	for i, x := range q.list[:n] {
		x.pending = false
		raw[i] = backend.Event{Token: x.token, Ready: backend.ReadyReadable}
	}
	q.list = slices.Delete(q.list, 0, n)
	q.waiting.Store(int32(len(q.list)))
	return n
}
