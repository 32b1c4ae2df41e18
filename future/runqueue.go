package future

import "math/rand/v2"

// runQueue is the tasks that are ready to be polled.
type runQueue struct {
	lists [priorities]nodeList
	// random, if not nil, draws who is next, from drawn.
	random *rand.Rand
	drawn  [priorities][]*node
	pops   uint32
}

// nodeList is a queue made of the nodes' own links.
type nodeList struct{ first, last *node }

// byPriority is the order in which the lists are looked at.
var byPriority = [priorities]Priority{High, Normal, Low}

// fairEvery is how often a Low task comes before the others.
const fairEvery = 61

func (q *runQueue) push(n *node) {
	p := Priority(n.state.Load() >> priorityShift)
	writes(&n.next)
	n.next = nil
	if q.random != nil {
		q.drawn[p] = append(q.drawn[p], n)
		return
	}
	if l := &q.lists[p]; l.first == nil {
		l.first, l.last = n, n
	} else {
		l.last.next, l.last = n, n
	}
}

func (q *runQueue) pop() *node {
	q.pops++
	if q.pops%fairEvery == 0 {
		for i := range byPriority {
			if n := q.popOf(byPriority[len(byPriority)-1-i]); n != nil {
				return n
			}
		}
		return nil
	}
	for _, p := range byPriority {
		if n := q.popOf(p); n != nil {
			return n
		}
	}
	return nil
}

func (q *runQueue) popOf(p Priority) *node {
	if q.random != nil {
		return q.draw(p)
	}
	l := &q.lists[p]
	n := l.first
	if n != nil {
		l.first, n.next = n.next, nil
	}
	return n
}

func (q *runQueue) draw(p Priority) *node {
	all := q.drawn[p]
	if len(all) == 0 {
		return nil
	}
	i, last := q.random.IntN(len(all)), len(all)-1
	n := all[i]
	all[i], all[last] = all[last], nil
	q.drawn[p] = all[:last]
	return n
}
