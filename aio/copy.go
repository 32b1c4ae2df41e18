package aio

import (
	"errors"
	"io"

	"github.com/goetia-go/goetia/future"
)

// Copying is a [Copy] that goes on.
type Copying struct {
	dst Writer
	src Reader
	// buf is nil while nothing is under way: who waits to read holds no buffer.
	buf  *[portion]byte
	data []byte
	n    int64
	// flushing: the end was read, and what was taken is to be with the system. half: then
	// the destination is told. dirty: something was taken that may not be with the
	// system.
	flushing, half, dirty bool
}

// Copy copies from src to dst until src ends, and flushes. It reads no more while dst takes
// nothing, and holds at most 64 KiB, which it has only while it writes. If it is cancelled, N
// bytes were written, and what was read beyond that is lost.
func Copy(dst Writer, src Reader) *Copying { return &Copying{dst: dst, src: src} }

// N is how many bytes were written so far.
func (c *Copying) N() int64 { return c.n }

// Poll implements [future.Future]. The result is how many bytes were written.
func (c *Copying) Poll(cx *future.Context) (future.Result[int64], bool) {
	ready, err := c.poll(cx)
	if ready {
		c.free()
	}
	return future.Result[int64]{Value: c.n, Err: err}, ready
}

func (c *Copying) poll(cx *future.Context) (ready bool, err error) {
	for !c.flushing {
		for len(c.data) > 0 {
			n, ready, err := c.dst.PollWrite(cx, c.data)
			if !ready || err != nil {
				return ready, err
			}
			c.n += int64(n)
			c.dirty = true
			c.data = c.data[n:]
		}
		if c.buf == nil {
			c.buf = portions.Get().(*[portion]byte)
		}
		n, ready, err := c.src.PollRead(cx, c.buf[:])
		switch {
		case !ready:
			c.free()
			if c.dirty {
				// What was taken does not wait for what is still to come.
				flushed, err := c.dst.PollFlush(cx)
				c.dirty = !flushed
				return err != nil, err
			}
			return false, nil
		case err == io.EOF:
			c.free()
			c.flushing = true
		case err != nil:
			return true, err
		}
		c.data = c.data[:0]
		if n > 0 {
			c.data = c.buf[:n]
		}
	}
	if s, ok := c.dst.(Stream); ok && c.half {
		return s.PollCloseWrite(cx)
	}
	return c.dst.PollFlush(cx)
}

func (c *Copying) free() {
	if c.buf != nil {
		portions.Put(c.buf)
		c.buf, c.data = nil, nil
	}
}

// Cancel implements [future.Canceler].
func (c *Copying) Cancel() {
	c.free()
	future.Cancel(&reading{r: c.src})
	future.Cancel(&writing{w: c.dst})
}

// Both is a [CopyBoth] that goes on.
type Both struct {
	there, back         *Copying
	thereEnded, backEnd bool
}

// Moved is how many bytes a [CopyBoth] has written in either direction.
type Moved struct{ There, Back int64 }

// CopyBoth copies from a to b and from b to a, until both have ended: a proxy. When one ends
// the other is told with CloseWrite, and the other direction goes on; if it cannot be told,
// both end. What one direction fails with ends both. It closes neither stream.
func CopyBoth(a, b Stream) *Both {
	return &Both{there: &Copying{dst: b, src: a, half: true}, back: &Copying{dst: a, src: b, half: true}}
}

// Moved is how far it has come.
func (c *Both) Moved() Moved { return Moved{c.there.n, c.back.n} }

// Poll implements [future.Future].
func (c *Both) Poll(cx *future.Context) (future.Result[Moved], bool) {
	ended, err := c.step(cx, c.there, &c.thereEnded)
	if !ended && err == nil {
		ended, err = c.step(cx, c.back, &c.backEnd)
	}
	if err == nil && !ended && (!c.thereEnded || !c.backEnd) {
		return future.Result[Moved]{}, false
	}
	c.Cancel()
	return future.Result[Moved]{Value: c.Moved(), Err: err}, true
}

// step polls one direction. all says that both are to end.
func (c *Both) step(cx *future.Context, one *Copying, ended *bool) (all bool, err error) {
	if *ended {
		return false, nil
	}
	r, ready := one.Poll(cx)
	switch {
	case !ready:
		return false, nil
	case errors.Is(r.Err, errors.ErrUnsupported) && one.flushing:
		return true, nil
	}
	*ended = true
	return false, r.Err
}

// Cancel implements [future.Canceler].
func (c *Both) Cancel() {
	if !c.thereEnded {
		c.there.Cancel()
	}
	if !c.backEnd {
		c.back.Cancel()
	}
}
