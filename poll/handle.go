package poll

import things "github.com/goetia-go/goetia/internal/extra"

// Handle is a waitable Windows handle that is an event of a [Poller] when it is
// signalled. Its methods are safe for concurrent use.
type Handle struct {
	x *extra
	t *things.Handle
}

// AddHandle registers a waitable handle, such as an event, a semaphore, a waitable timer,
// a process, a thread or a console's input, under key. That it is signalled is reported
// once, as [Readable], and again after [Handle.Rearm]. An auto-reset event or a semaphore
// is thereby taken, as by any wait.
//
// The handle is the caller's and must stay open until Delete. It fails with
// [ErrBadDescriptor] if it names nothing. A mutex is refused with [ErrUnsupported]: it
// would belong to the thread that happens to wait, which is none of the caller's. So is a
// file, a pipe or a socket, and every handle on systems other than Windows.
func (p *Poller) AddHandle(key Key, h uintptr) (*Handle, error) {
	x, t, err := addExtra(p, "handle", key, func(called things.Called) (*things.Handle, error) {
		return things.NewHandle(h, called)
	})
	if err != nil {
		return nil, err
	}
	return &Handle{x, t}, nil
}

// Rearm waits for the handle again after it was reported. Before that, it does
// nothing. It fails with [ErrNotFound] after Delete.
func (t *Handle) Rearm() error { return t.x.do("handle", t.t.Rearm) }

// Delete ends the registration; the handle stays open. It fails with [ErrNotFound] if it
// was deleted before, and with [ErrClosed] if the Poller was closed.
func (t *Handle) Delete() error { return t.x.remove("handle") }
