package goetia

import (
	"fmt"
	"net"
	"reflect"
	"syscall"

	"github.com/goetia-go/goetia/poll"
)

// target is what is found beneath a connection.
type target struct {
	src poll.Source
	// layers is nil if there is nothing but the descriptor.
	layers *layers
}

// soft says that there is no descriptor.
func (t target) soft() bool { return t.layers != nil && t.layers.notifier != nil }

// layers is what stands above a descriptor, or in its place.
type layers struct {
	// buffered, if not nil, says how much is held that nobody has read yet.
	buffered func() int
	// notifier stands in the place of a descriptor.
	notifier Notifier
	// kinds are what was found, for a Snapshot. They do not change.
	kinds layerKinds
}

// here says whether a reader need not wait.
func (l *layers) here(in Interest) bool {
	return in&poll.Readable != 0 && l != nil && l.buffered != nil && l.buffered() > 0
}

// Notifier is a connection that has no descriptor and tells its readiness itself: one
// that is simulated, or multiplexed over another. A Reactor takes it like any other.
type Notifier interface {
	// NotifyReady has f called once, as soon as one of the conditions asked for holds,
	// or one that comes unasked: that may be before NotifyReady returns. Closing the
	// connection counts, with Closed. f does not block, and may be called
	// with locks of the connection held that NotifyReady and stop do not take.
	// stop withdraws the call, and says whether it was in time.
	NotifyReady(in Interest, f func(Readiness)) (stop func() bool)
}

// Bufferer is a layer above a connection that takes bytes from it ahead of its
// reader. Whoever waits for such a connection to be readable need not wait if Buffered is
// above zero.
type Bufferer interface {
	// Buffered is how many bytes can be read without touching the connection beneath,
	// or any number above zero if there are some and it is not known how many. It
	// does not block, and nobody else reads while it is called.
	Buffered() int
}

// deepest is how many layers are followed. A connection that is its own inner one
// must not keep the caller for ever.
const deepest = 32

// resolve finds what can be waited for beneath conn.
func resolve(conn any) (target, error) {
	var t target
	observed := false
	for at, depth := conn, 0; depth < deepest; depth++ {
		if v := reflect.ValueOf(at); v.Kind() == reflect.Pointer && v.IsNil() {
			return target{}, fmt.Errorf("goetia: nil %T: %w", at, poll.ErrInvalid)
		}
		if n, ok := at.(Notifier); ok {
			if t.layers == nil {
				t.layers = new(layers)
			}
			t.layers.notifier = n
			t.layers.kinds |= notifierLayer
			return t, nil
		}
		if !observed {
			if err := t.layer(at); err != nil {
				return target{}, err
			}
			// What is observed is known, down to the descriptor.
			_, observed = at.(*Observed)
		}
		if c, ok := at.(syscall.Conn); ok {
			src, err := poll.Conn(c)
			if err != nil {
				return target{}, fmt.Errorf("goetia: %T: %w", conn, err)
			}
			t.src = src
			return t, nil
		}
		inner, ok := at.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		if at = inner.NetConn(); at == nil {
			break
		}
	}
	if conn == nil {
		return target{}, fmt.Errorf("goetia: nil connection: %w", poll.ErrInvalid)
	}
	return target{}, fmt.Errorf("goetia: %T has neither SyscallConn nor NetConn nor NotifyReady, so there is no descriptor to wait for: %w",
		conn, poll.ErrUnsupported)
}

// layer notes what a layer holds.
func (t *target) layer(at any) error {
	if b, ok := at.(Bufferer); ok {
		if _, ok := at.(*Observed); ok {
			t.holds(b.Buffered, observedLayer)
			return nil // what it has beneath is known to it
		}
		t.holds(b.Buffered, buffererLayer)
	}
	conn, ok := tlsOf(at)
	if !ok {
		return nil
	}
	own := heldByTLS(conn)
	if own == nil {
		return fmt.Errorf("goetia: this Go version's tls.Conn does not let itself be looked into, so bytes that it holds could be missed; wrap it with Observe: %w", poll.ErrUnsupported)
	}
	t.holds(own, tlsLayer)
	return nil
}

// holds adds a layer that says what it holds.
func (t *target) holds(own func() int, kind layerKinds) {
	if t.layers == nil {
		t.layers = &layers{buffered: own, kinds: kind}
		return
	}
	t.layers.kinds |= kind
	above := t.layers.buffered
	t.layers.buffered = func() int { return max(above(), own()) }
}
