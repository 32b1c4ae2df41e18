package httppark

import (
	"net"
	"sync"
)

// tuning are the options of a socket that package net sets when it makes a net.TCPConn of a
// descriptor, which are those that its methods SetNoDelay and SetKeepAliveConfig and a
// net.ListenConfig set. Seconds are the kernel's unit.
type tuning struct{ noDelay, keepAlive, idle, interval, count int }

// tunings are those that the connections of a listener had when they came. It is the same one for
// all of them nearly always, so a connection keeps but a number: its options cannot change
// as long as nobody has asked for the connection beneath.
type tunings struct {
	mu    sync.Mutex
	known []known
}

// known is a tuning, and what becomes of it in a new net.TCPConn, once that was seen.
type known struct {
	want, anew tuning
	seen       bool
}

// number is what stands for a tuning, or 0 if there are too many.
func (ts *tunings) number(want tuning) uint8 {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for i, k := range ts.known {
		if k.want == want {
			return uint8(i + 1)
		}
	}
	if len(ts.known) == 255 {
		return 0
	}
	ts.known = append(ts.known, known{want: want})
	return uint8(len(ts.known))
}

// restore gives a new net.TCPConn the options that its socket had. What package net has set is
// looked at once for each tuning, and not known here. An option that cannot be set is
// one of a dead connection, or was the system's and is out of its own range.
func (ts *tunings) restore(number uint8, c *net.TCPConn) {
	ts.mu.Lock()
	k := ts.known[number-1]
	ts.mu.Unlock()
	if k.seen && k.want == k.anew {
		return
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		if !k.seen {
			if k.anew, err = tuned(fd); err != nil {
				return
			}
			k.seen = true
			ts.mu.Lock()
			ts.known[number-1] = k
			ts.mu.Unlock()
		}
		k.want.tune(fd, k.anew)
	})
}
