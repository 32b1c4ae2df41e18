package poll

import things "github.com/goetia-go/goetia/internal/extra"

// ErrWouldBlock: a [Pipe] has nothing to read, or no room to write, just now.
var ErrWouldBlock = things.ErrWouldBlock

// Pipe is one end of a Windows named pipe that is read and written without blocking,
// and whose readiness is an event of a [Poller]. Its methods are safe for concurrent
// use.
type Pipe struct {
	x *extra
	t *things.Pipe
}

// AddPipe registers a named pipe under key: the server's or the client's end, opened with
// FILE_FLAG_OVERLAPPED, in byte or message mode. A server's end that nobody has connected
// to waits for that. An event says [Readable] when there is something to read, or its
// end, and [Writable] when the pipe is connected and each time that a write which
// did not fit has ended. Like edge mode it speaks once: read until [ErrWouldBlock].
//
// The kernel tells of finished operations and not of readiness. So the Pipe reads ahead, up
// to 4 KiB, and nobody else should read from the handle. The handle is the caller's
// and must stay open until Delete.
//
// It fails with [ErrUnsupported] for what is no overlapped named pipe, and on systems other
// than Windows, where pipes are ordinary descriptors; and with [ErrBadDescriptor] if
// the handle names nothing.
func (p *Poller) AddPipe(key Key, h uintptr) (*Pipe, error) {
	x, t, err := addExtra(p, "pipe", key, func(called things.Called) (*things.Pipe, error) {
		return things.NewPipe(h, called)
	})
	if err != nil {
		return nil, err
	}
	return &Pipe{x, t}, nil
}

// Read takes what has come. In message mode that is at most one message, and more says
// that it goes on with the next Read. It returns [ErrWouldBlock] if nothing has come,
// io.EOF after the other end was closed and all was read, and otherwise the
// system's error.
func (t *Pipe) Read(b []byte) (n int, more bool, err error) { return t.t.Read(b) }

// Write takes b, in message mode as one message, else as much of it as fits, and returns
// how much it took. The rest of the work is the kernel's; until that has ended, further
// Writes return [ErrWouldBlock]. What the kernel failed with is returned by the next
// Write.
func (t *Pipe) Write(b []byte) (int, error) { return t.t.Write(b) }

// Delete ends the registration; the handle stays open. What Write has taken and the
// kernel has not written is withdrawn: wait for [Writable] first. It fails with
// [ErrNotFound] if it was deleted before, and with [ErrClosed] if the Poller was closed.
func (t *Pipe) Delete() error { return t.x.remove("pipe") }
