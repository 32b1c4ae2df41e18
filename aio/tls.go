package aio

import (
	"context"
	"crypto/tls"
	"errors"
	"iter"
	"net"
	"sync"
	"sync/atomic"

	"github.com/goetia-go/goetia/future"
)

// TLS is a TLS connection over a stream, by crypto/tls. One task at a time reads, and one writes. The
// handshake is done by the first operation. A connection that is not closed while its
// handshake goes on keeps the stack of that.
//
// Renegotiation, which TLS 1.3 does not have, fails.
//
// The functions of a tls.Config run in the middle of an operation. They may call Close, but no other
// method of their own connection.
type TLS struct {
	s Stream
	t *tls.Conn
	// r and wr are who waits to read or for the handshake, and to write.
	r, wr future.Slot
	// closed has whoever holds mu end the handshake: Close may come from the midst of it.
	closed atomic.Bool

	// mu guards what follows, and keeps the directions apart, since either may have to
	// do the other's work.
	mu sync.Mutex
	w  wire
	// next goes on with the handshake, which is a coroutine until it is done.
	next   func() (struct{}, bool)
	stop   func()
	failed error
	ready  bool
	// notified: that there is no more to come was put into the records to be sent.
	notified bool
}

// TLSClient begins a client's side of TLS over s.
func TLSClient(s Stream, config *tls.Config) *TLS {
	c := newTLS(s)
	c.t = tls.Client(&c.w, config)
	return c
}

// TLSServer begins a server's side of TLS over s.
func TLSServer(s Stream, config *tls.Config) *TLS {
	c := newTLS(s)
	c.t = tls.Server(&c.w, config)
	return c
}

func newTLS(s Stream) *TLS {
	c := &TLS{s: s}
	c.w = wire{c: c, cx: future.NewContext(future.WakerFunc(c.wake))}
	return c
}

// ConnectionState describes the connection: the protocol that ALPN has chosen, certificates. It
// is complete after the handshake.
func (c *TLS) ConnectionState() tls.ConnectionState { return c.t.ConnectionState() }

// Stream is what is beneath.
func (c *TLS) Stream() Stream { return c.s }

// begin is what an operation begins with, and end what it ends with. What is beneath wakes
// both directions, since each may have to wait for what the other one has begun.
func (c *TLS) begin(cx *future.Context, own *future.Slot) {
	c.mu.Lock()
	own.Register(cx.Waker())
}

func (c *TLS) end(own *future.Slot, ready *bool) {
	if *ready {
		own.Clear()
	}
	c.mu.Unlock()
	if c.closed.Load() {
		c.unwind()
	}
}

// unwind ends a handshake that nobody goes on with, unless there is an operation, which does so at
// its end.
func (c *TLS) unwind() {
	if !c.mu.TryLock() {
		return
	}
	defer c.mu.Unlock()
	if c.stop != nil {
		c.stop()
	}
}

// PollHandshake goes on with the handshake. What it fails with, everything after that fails
// with, too. A handshake that is given up cannot be taken up again: close the connection.
func (c *TLS) PollHandshake(cx *future.Context) (ready bool, err error) {
	c.begin(cx, &c.r)
	defer c.end(&c.r, &ready)
	ready, err = c.handshaken()
	if ready && err == nil {
		ready, err = c.w.pollSend()
	}
	return ready, err
}

// handshaken says whether there has been a handshake, after it has gone on with that. Its
// last words may be still to be sent.
func (c *TLS) handshaken() (ready bool, err error) {
	if !c.ready && c.failed == nil {
		if c.next == nil {
			// Crypto/tls does not take a handshake up again that had to wait, so it
			// runs on a stack of its own, and waits there.
			c.next, c.stop = iter.Pull(c.handshake)
		}
		if _, on := c.next(); on {
			_, err := c.w.pollSend()
			return err != nil, err
		}
		c.ready = c.failed == nil
		c.next = nil
	}
	if c.failed != nil {
		_, _ = c.w.pollSend() // the alert that says why is worth a try
	}
	return true, c.failed
}

// handshake is the coroutine.
func (c *TLS) handshake(yield func(struct{}) bool) {
	c.w.wait = func() bool { return yield(struct{}{}) }
	err := errNoHandshake
	defer func() { c.failed, c.w.wait = err, nil }() // a function of the Config may panic
	err = c.t.HandshakeContext(context.Background())
}

// Handshake is a future of [TLS.PollHandshake].
func (c *TLS) Handshake() future.Future[error] {
	return &outcome{poll: c.PollHandshake, drop: c.r.Clear}
}

// PollRead implements [Reader].
func (c *TLS) PollRead(cx *future.Context, b []byte) (n int, ready bool, err error) {
	if !cx.Spend() {
		return 0, false, nil
	}
	c.begin(cx, &c.r)
	defer c.end(&c.r, &ready)
	if ready, err := c.handshaken(); !ready || err != nil {
		return 0, ready, err
	}
	if len(b) == 0 {
		return 0, true, nil
	}
	if len(c.w.out) >= maxAnswers {
		if sent, _ := c.w.pollSend(); !sent {
			return 0, false, nil
		}
	}
	n, err = c.t.Read(b)
	// Reading may have made something to send, such as the answer to a key update. What
	// sending fails with is for the writer.
	_, _ = c.w.pollSend()
	switch {
	case n > 0:
		return n, true, nil
	case errors.Is(err, errPause):
		return 0, false, nil
	}
	return 0, true, err
}

const (
	// maxRecord is what fits into a record.
	maxRecord = 16 << 10
	// maxAnswers is how much may be left to send for reading to go on: more than PollWrite ever
	// leaves. A peer that asks for one key update after the other (RFC 8446, section 4.6.3) and
	// does not read the answers would have them pile up otherwise.
	maxAnswers = 2 * maxRecord
)

// PollWrite implements [Writer]: it takes up to 16 KiB, unless records are still to be sent. What
// does not go out at once is sent by further operations in either direction, or by Flush.
func (c *TLS) PollWrite(cx *future.Context, b []byte) (n int, ready bool, err error) {
	if !cx.Spend() {
		return 0, false, nil
	}
	c.begin(cx, &c.wr)
	defer c.end(&c.wr, &ready)
	if ready, err := c.sent(); !ready || err != nil {
		return 0, ready, err
	}
	if n, err = c.t.Write(b[:min(len(b), maxRecord)]); err != nil {
		return 0, true, err
	}
	_, _ = c.w.pollSend() // they are taken; what sending fails with is for the next call
	return n, true, nil
}

// sent is ready when all records are with what is beneath.
func (c *TLS) sent() (ready bool, err error) {
	if ready, err := c.handshaken(); !ready || err != nil {
		return ready, err
	}
	return c.w.pollSend()
}

// PollFlush implements [Writer].
func (c *TLS) PollFlush(cx *future.Context) (ready bool, err error) {
	c.begin(cx, &c.wr)
	defer c.end(&c.wr, &ready)
	return c.flushed()
}

func (c *TLS) flushed() (ready bool, err error) {
	if ready, err := c.sent(); !ready || err != nil {
		return ready, err
	}
	return c.s.PollFlush(c.w.cx)
}

// PollCloseWrite implements [Stream]: it sends the notification that there is no more to come,
// and then ends the sending direction beneath, if that has one.
func (c *TLS) PollCloseWrite(cx *future.Context) (ready bool, err error) {
	c.begin(cx, &c.wr)
	defer c.end(&c.wr, &ready)
	if ready, err := c.flushed(); !ready || err != nil {
		return ready, err
	}
	if !c.notified {
		c.notified = true
		if err := c.t.CloseWrite(); err != nil {
			return true, err
		}
	}
	if ready, err := c.w.pollSend(); !ready || err != nil {
		return ready, err
	}
	ready, err = c.s.PollCloseWrite(c.w.cx)
	if errors.Is(err, errors.ErrUnsupported) {
		err = nil // the peer was told already
	}
	return ready, err
}

// Read is a future of [TLS.PollRead].
func (c *TLS) Read(b []byte) future.Future[future.Result[int]] { return Read(c, b) }

// Write is a future of [TLS.PollWrite].
func (c *TLS) Write(b []byte) future.Future[future.Result[int]] { return Write(c, b) }

func (c *TLS) dropRead()  { c.r.Clear() }
func (c *TLS) dropWrite() { c.wr.Clear() }

// LocalAddr is that of what is beneath, or nil.
func (c *TLS) LocalAddr() net.Addr { return c.w.LocalAddr() }

// RemoteAddr is that of what is beneath, or nil.
func (c *TLS) RemoteAddr() net.Addr { return c.w.RemoteAddr() }

// Close closes what is beneath. It does not tell the peer that this was the end: CloseWrite
// does. What was written and not flushed is lost. Those who wait fail as they do beneath.
func (c *TLS) Close() error {
	err := c.s.Close()
	c.closed.Store(true)
	c.unwind()
	c.wake()
	return err
}

func (c *TLS) wake() {
	c.r.Wake()
	c.wr.Wake()
}
