package simnet

import (
	"bytes"
	"slices"
	"time"
)

// flow is what goes from one end of a connection to the other, in order.
type flow struct {
	n        *Network
	from, to *Host
	queue    []segment
	// last is when the last segment arrives that was sent.
	last time.Time
	// scheduled: there is an event that looks at the queue, not later than its
	// first segment arrives. stalled: it is among the network's stalled.
	scheduled, stalled bool
}

// segment is some data, or something else that has to stay in order with it.
type segment struct {
	at     time.Time
	data   []byte
	arrive func(data []byte)
}

// send has arrive called with data when that has arrived: at once if nothing keeps it.
// It copies the data if it keeps it.
func (f *flow) send(data []byte, arrive func(data []byte)) {
	w := f.n.wire(f.from, f.to)
	for w.Bandwidth > 0 && len(data) > segmentSize {
		f.sendOne(w, data[:segmentSize], arrive)
		data = data[segmentSize:]
	}
	f.sendOne(w, data, arrive)
}

func (f *flow) sendOne(w *wire, data []byte, arrive func(data []byte)) {
	at := f.n.arrival(w, len(data))
	if at.Before(f.last) {
		at = f.last
	}
	f.last = at
	if len(f.queue) == 0 && w.up() && !at.After(time.Now()) {
		arrive(data)
		return
	}
	f.queue = append(f.queue, segment{at, bytes.Clone(data), arrive})
	if !f.scheduled && !f.stalled {
		f.deliver()
	}
}

// deliver takes from the queue what has arrived.
func (f *flow) deliver() {
	w := f.n.wire(f.from, f.to)
	for len(f.queue) > 0 {
		s := f.queue[0]
		switch {
		case !w.up():
			if !f.stalled {
				f.stalled = true
				f.n.stalled = append(f.n.stalled, f)
			}
			return
		case s.at.After(time.Now()):
			if !f.scheduled {
				f.scheduled = true
				f.n.schedule(s.at, func() {
					f.scheduled = false
					f.deliver()
				})
			}
			return
		}
		f.queue[0] = segment{}
		f.queue = f.queue[1:]
		s.arrive(s.data)
	}
	f.queue = nil
}

// drop forgets what has not arrived.
func (f *flow) drop() { f.queue = nil }

// resume has those streams go on whose wires have come back. What they held is sent again.
func (n *Network) resume() {
	now := time.Now()
	var again []*flow
	n.stalled = slices.DeleteFunc(n.stalled, func(f *flow) bool {
		w := n.wire(f.from, f.to)
		if !w.up() {
			return false
		}
		f.stalled = false
		earliest := now.Add(max(w.Latency, 0))
		for i := range f.queue {
			if f.queue[i].at.Before(earliest) {
				f.queue[i].at = earliest
			}
		}
		if f.last.Before(earliest) {
			f.last = earliest
		}
		again = append(again, f)
		return true
	})
	for _, f := range again {
		f.deliver()
	}
}
