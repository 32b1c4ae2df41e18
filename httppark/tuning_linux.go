package httppark

import (
	"net"
	"sync"

	"github.com/goetia-go/goetia/internal/sys/socket"
)

// tunings are the options that the connections of a listener had when they came, of those that
// package net sets when it makes a net.TCPConn of a descriptor. They are the same for nearly
// all of them, so a connection keeps but a number: its options cannot change as long as
// nobody has asked for the connection beneath.
type tunings struct {
	mu    sync.Mutex
	known []known
}

// known is a tuning, and what becomes of it in a new net.TCPConn, once that was seen.
type known struct {
	want, anew socket.Settings
	seen       bool
}

// number is what stands for a tuning, or 0 if there are too many.
func (ts *tunings) number(want socket.Settings) uint8 {
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

// of is number for the options of a connection.
func (ts *tunings) of(c *net.TCPConn) (number uint8, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	err = raw.Control(func(fd uintptr) { number = ts.number(socket.Current(int(fd))) })
	if number == 0 && err == nil {
		err = errThin // there are too many already
	}
	return number, err
}

// restore gives a new net.TCPConn the options that its socket had. What package net has set is
// looked at once for each tuning, and not known here.
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
			k.anew, k.seen = socket.Current(int(fd)), true
			ts.mu.Lock()
			ts.known[number-1] = k
			ts.mu.Unlock()
		}
		k.want.Apply(int(fd), &k.anew)
	})
}
