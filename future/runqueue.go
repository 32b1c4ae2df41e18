package future

import (
	"math/bits"
	"math/rand/v2"
	"slices"
)

// runQueue is the tasks that are ready to be polled.
type runQueue struct {
	lists [priorities]nodeList
	// filled has a bit for each list that is not empty, the first one for what comes first.
	filled uint8
	// pops counts up to fairEvery.
	pops uint8
	// random, if not nil, draws who is next, from drawn.
	random *rand.Rand
	drawn  [priorities][]*node
}

// nodeList is a queue made of the nodes' own links.
type nodeList struct{ first, last *node }

// rank is the place of a priority among the lists: the lowest comes first.
var rank = [priorities]uint8{High: 0, Normal: 1, Low: 2}

// fairEvery is how often a Low task comes before the others.
const fairEvery = 61

// push takes a chain of nodes of which the last one comes first.
func (q *runQueue) push(chain *node) {
	writes(&chain.next)
	if q.random != nil {
		q.pushDrawn(chain)
		return
	}
	if chain.next == nil {
		q.append(rankOf(chain), chain, chain)
		return
	}
	var turned [priorities]nodeList
	for n := chain; n != nil; {
		writes(&n.next)
		next := n.next
		l := &turned[rankOf(n)]
		if n.next = l.first; l.first == nil {
			l.last = n
		}
		l.first = n
		n = next
	}
	for r, l := range turned {
		if l.first != nil {
			q.append(uint8(r), l.first, l.last)
		}
	}
}

func rankOf(n *node) uint8 { return rank[n.state.Load()>>priorityShift] }

func (q *runQueue) append(r uint8, first, last *node) {
	l := &q.lists[r]
	if l.first == nil {
		l.first = first
		q.filled |= 1 << r
	} else {
		l.last.next = first
	}
	l.last = last
}

// pop takes the node out whose turn it is.
func (q *runQueue) pop() *node {
	if q.filled == 0 {
		return nil
	}
	r := bits.TrailingZeros8(q.filled)
	if q.pops++; q.pops == fairEvery {
		q.pops = 0
		r = bits.Len8(q.filled) - 1
	}
	if q.random != nil {
		return q.draw(r)
	}
	l := &q.lists[r]
	n := l.first
	if l.first = n.next; l.first == nil {
		q.filled &^= 1 << r
	}
	n.next = nil
	return n
}

// pushDrawn is push for draw. The order matters here, too: it is part of what the seed decides.
func (q *runQueue) pushDrawn(chain *node) {
	begun := [priorities]int{}
	for r := range q.drawn {
		begun[r] = len(q.drawn[r])
	}
	for n := chain; n != nil; {
		writes(&n.next)
		next := n.next
		n.next = nil
		r := rankOf(n)
		q.drawn[r] = append(q.drawn[r], n)
		q.filled |= 1 << r
		n = next
	}
	for r, b := range begun {
		slices.Reverse(q.drawn[r][b:])
	}
}

func (q *runQueue) draw(r int) *node {
	all := q.drawn[r]
	i, last := q.random.IntN(len(all)), len(all)-1
	n := all[i]
	all[i], all[last] = all[last], nil
	q.drawn[r] = all[:last]
	if last == 0 {
		q.filled &^= 1 << r
	}
	return n
}
