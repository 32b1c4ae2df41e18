package goetia

import (
	"context"
	"fmt"
	"net"
	"sync"

	"github.com/goetia-go/goetia/poll"
)

// WaitReadable blocks until conn is readable, as [AfterReadable] understands it. It returns
// nil if it is, also if that means end of stream or an error that the next read
// returns; net.ErrClosed if conn was closed, here or meanwhile; poll.ErrClosed if the
// Reactor was; and ctx's error if that came first. It takes no bytes.
func WaitReadable(ctx context.Context, conn net.Conn) error {
	r, err := Default()
	if err != nil {
		return err
	}
	return r.WaitReadable(ctx, conn)
}

// WaitWritable is [WaitReadable] for writing.
func WaitWritable(ctx context.Context, conn net.Conn) error {
	r, err := Default()
	if err != nil {
		return err
	}
	return r.WaitWritable(ctx, conn)
}

// WaitReadable is the function of this name on this Reactor. Somebody has to drive it
// meanwhile.
func (r *Reactor) WaitReadable(ctx context.Context, conn net.Conn) error {
	return wait(ctx, func(f func(Readiness)) (*Watch, error) { return r.watch(conn, Readable, f, arming|inline) })
}

// WaitWritable is the function of this name on this Reactor.
func (r *Reactor) WaitWritable(ctx context.Context, conn net.Conn) error {
	return wait(ctx, func(f func(Readiness)) (*Watch, error) { return r.watch(conn, Writable, f, arming|inline) })
}

// waiter is a goroutine that blocks.
type waiter struct {
	c    chan Readiness
	wake func(Readiness)
}

var waiters = sync.Pool{New: func() any {
	w := &waiter{c: make(chan Readiness, 1)}
	w.wake = func(r Readiness) { w.c <- r }
	return w
}}

func wait(ctx context.Context, watch func(func(Readiness)) (*Watch, error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g := waiters.Get().(*waiter)
	defer waiters.Put(g)
	w, err := watch(g.wake)
	if err != nil {
		return err
	}
	select {
	case r := <-g.c:
		return w.outcome(r)
	case <-ctx.Done():
		if !w.Stop() {
			<-g.c // it is on its way, and the next user of g must not get it
		}
		return ctx.Err()
	}
}

func (w *Watch) outcome(r Readiness) error {
	err := r.Err()
	if err != nil && w.shard().r.closed.Load() {
		err = poll.ErrClosed
	}
	if err != nil {
		return fmt.Errorf("goetia: wait: %w", err)
	}
	return nil
}
