package httppark

// place is which list a connection is in.
type place uint8

const (
	nowhere place = iota
	// serving: the server has it.
	serving
	// waitingIdle: it is parked after a request, waitingNew before the first. They have
	// different limits, so that each list is in the order of its own.
	waitingIdle
	waitingNew
	// accepting: it is to be accepted again.
	accepting
	places
)

// list is a list of connections.
type list struct {
	first, last *conn
	n           int
}

// put moves a connection to a list. It is called with the lock held.
func (l *Listener) put(c *conn, to place) {
	if c.place != nowhere {
		from := &l.lists[c.place]
		if c.prev != nil {
			c.prev.next = c.next
		} else {
			from.first = c.next
		}
		if c.next != nil {
			c.next.prev = c.prev
		} else {
			from.last = c.prev
		}
		from.n--
	}
	c.place, c.next, c.prev = to, nil, nil
	if to == nowhere {
		return
	}
	in := &l.lists[to]
	before := in.last
	if to == waitingIdle || to == waitingNew {
		// Those with a later limit, or with none, come behind. It is nearly always
		// the last one's place.
		for before != nil && c.limit != 0 && (before.limit == 0 || before.limit > c.limit) {
			before = before.prev
		}
	}
	if c.prev = before; before != nil {
		c.next, before.next = before.next, c
	} else {
		c.next, in.first = in.first, c
	}
	if c.next != nil {
		c.next.prev = c
	} else {
		in.last = c
	}
	in.n++
}

// forget takes a connection out of all lists.
func (l *Listener) forget(c *conn) {
	l.mu.Lock()
	l.put(c, nowhere)
	l.mu.Unlock()
}

// parkedNow is how many are parked, with the lock held.
func (l *Listener) parkedNow() int { return l.lists[waitingIdle].n + l.lists[waitingNew].n }

// oldest is the connection that has been parked for longest, of those at the front of
// their lists, or nil. Of parked connections deadline does not change.
func (l *Listener) oldest() *conn {
	a, b := l.lists[waitingIdle].first, l.lists[waitingNew].first
	if a == nil || b != nil && b.deadline < a.deadline {
		return b
	}
	return a
}

// expired is a parked connection whose limit has passed, or nil, and when the next limit is.
func (l *Listener) expired(now int64) (c *conn, next int64) {
	for _, p := range [...]place{waitingIdle, waitingNew} {
		c := l.lists[p].first
		if c == nil || c.limit == 0 {
			continue
		}
		if c.limit <= now {
			return c, 0
		}
		next = sooner(next, c.limit)
	}
	return nil, next
}
