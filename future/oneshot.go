package future

import "errors"

// ErrChannelClosed is what is received from, or comes of sending to, a channel of this package
// that was closed.
var ErrChannelClosed = errors.New("future: channel closed")

// Oneshot carries one value from a sender to a receiver. It is itself the receiver's [Future];
// the sender has Send and Close. Each side may be anywhere, and there is no lock.
//
// The zero Oneshot is ready for use and must not be copied.
type Oneshot[T any] struct {
	value T
	slot  Slot
	state atomicUint32
}

// What a Oneshot can have come to.
const (
	oneshotOpen = iota
	// oneshotSending: the value is being put in.
	oneshotSending
	oneshotSent
	oneshotClosed
	// oneshotDeaf: the receiver has given up.
	oneshotDeaf
)

// Send gives the value to the receiver. It says whether that can take it: not if something was
// sent before, or the Oneshot was closed, or the receiver cancelled. It does not block.
func (o *Oneshot[T]) Send(v T) bool {
	if !o.state.CompareAndSwap(oneshotOpen, oneshotSending) {
		return false
	}
	writes(&o.value)
	o.value = v
	o.state.Store(oneshotSent)
	o.slot.Wake()
	return true
}

// Close says that nothing will be sent: the receiver gets [ErrChannelClosed]. After Send it does
// nothing, so a sender defers it.
func (o *Oneshot[T]) Close() {
	if o.state.CompareAndSwap(oneshotOpen, oneshotClosed) {
		o.slot.Wake()
	}
}

// Wanted says whether the receiver still waits, for a sender whose value is dear.
func (o *Oneshot[T]) Wanted() bool { return o.state.Load() == oneshotOpen }

// Poll implements [Future].
func (o *Oneshot[T]) Poll(cx *Context) (Result[T], bool) {
	if r, ready := o.Try(); ready {
		return r, true
	}
	o.slot.Register(cx.Waker())
	r, ready := o.Try()
	if ready {
		o.slot.Clear()
	}
	return r, ready
}

// Try is what was sent, or [ErrChannelClosed]; ready is false while nothing was.
func (o *Oneshot[T]) Try() (r Result[T], ready bool) {
	switch o.state.Load() {
	case oneshotSent:
		reads(&o.value)
		return Result[T]{Value: o.value}, true
	case oneshotClosed, oneshotDeaf:
		return Result[T]{Err: ErrChannelClosed}, true
	}
	return r, false
}

// Cancel says that the receiver does not wait any more: from then on Send returns false. What
// was sent before stays, for Try.
func (o *Oneshot[T]) Cancel() {
	o.state.CompareAndSwap(oneshotOpen, oneshotDeaf)
	o.slot.Clear()
}
