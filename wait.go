package goetia

import (
	"context"
	"fmt"
	"net"

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
	return r.waitConn(ctx, conn, Readable, callSite(1))
}

// WaitWritable is [WaitReadable] for writing.
func WaitWritable(ctx context.Context, conn net.Conn) error {
	r, err := Default()
	if err != nil {
		return err
	}
	return r.waitConn(ctx, conn, Writable, callSite(1))
}

// WaitReadable is the function of this name on this Reactor. Somebody has to drive it
// meanwhile.
func (r *Reactor) WaitReadable(ctx context.Context, conn net.Conn) error {
	return r.waitConn(ctx, conn, Readable, callSite(1))
}

// WaitWritable is the function of this name on this Reactor.
func (r *Reactor) WaitWritable(ctx context.Context, conn net.Conn) error {
	return r.waitConn(ctx, conn, Writable, callSite(1))
}

func (r *Reactor) waitConn(ctx context.Context, conn net.Conn, in Interest, caller site) error {
	t, err := resolve(conn)
	if err != nil {
		return err
	}
	return r.wait(ctx, t.soft(), func(f func(Readiness)) (*Watch, error) {
		return r.watchTarget(t, in, f, arming|inline, caller)
	})
}

// waiter is a goroutine that blocks.
type waiter struct {
	c    chan Readiness
	wake func(Readiness)
}

func newWaiter() *waiter {
	w := &waiter{c: make(chan Readiness, 1)}
	w.wake = func(r Readiness) { w.c <- r }
	return w
}

// wait blocks until a watch fires. Of a connection without a descriptor it is not known
// which testing/synctest bubble it is in, if any; one that is waited for in a bubble needs a
// channel that was made there.
func (r *Reactor) wait(ctx context.Context, soft bool, watch func(func(Readiness)) (*Watch, error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g, _ := r.waiters.Get().(*waiter)
	if g == nil || soft {
		g = newWaiter()
	}
	if !soft {
		defer r.waiters.Put(g)
	}
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
