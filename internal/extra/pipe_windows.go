package extra

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/goetia-go/goetia/internal/extra/waithandle"
	"golang.org/x/sys/windows"
)

// Pipe is one end of an overlapped named pipe. The kernel tells of finished operations
// only, so one read is always in flight, into a buffer of the Pipe's, and writes go
// through another.
type Pipe struct {
	withoutHandle
	repeated
	h      windows.Handle
	called Called
	// message: the pipe is read in messages, which are not merged.
	message bool

	mu sync.Mutex
	// idle is told when an operation has ended.
	idle             *sync.Cond
	connect, in, out operation
	// readable and writable are what Collect has not seen, and the other two what
	// it has.
	readable, writable        bool
	wasReadable, wasWritable  bool
	connected, ended, closing bool
}

// operation is an overlapped one. The kernel writes to it until it has ended, so it
// lives in the Pipe, which does not go before.
type operation struct {
	overlapped windows.Overlapped
	wait       waithandle.Wait
	pending    bool
	buf        []byte
	// data is what was read and not taken.
	data []byte
	// more: data is not the end of its message. whole: it is a message, even if
	// it is empty.
	more, whole bool
	// err is what the operation has failed with.
	err error
}

// pipeBuffer is how much is read at once.
const pipeBuffer = 4096

// maxPipeWrite bounds what a write takes at once of a stream of bytes.
const maxPipeWrite = 64 << 10

// NewPipe begins to read from a pipe, and if it is a server's that nobody has connected
// to, waits for that first.
func NewPipe(h uintptr, called Called) (*Pipe, error) {
	p := &Pipe{h: windows.Handle(h), called: called}
	p.idle = sync.NewCond(&p.mu)
	if err := p.examine(); err != nil {
		return nil, err
	}
	p.in.buf = make([]byte, pipeBuffer)
	for _, op := range []struct {
		*operation
		done func()
	}{{&p.connect, p.connectDone}, {&p.in, p.readDone}, {&p.out, p.writeDone}} {
		if err := p.prepare(op.operation, op.done); err != nil {
			return nil, errors.Join(err, p.Close())
		}
	}
	p.mu.Lock()
	p.start()
	p.mu.Unlock()
	p.called() // for what is the case already
	return p, nil
}

// examine refuses what is no overlapped named pipe.
func (p *Pipe) examine() error {
	var flags, state uint32
	if err := windows.GetNamedPipeInfo(p.h, &flags, nil, nil, nil); err != nil {
		if errors.Is(err, windows.ERROR_INVALID_HANDLE) {
			return fmt.Errorf("%w: %w", ErrBadHandle, os.NewSyscallError("GetNamedPipeInfo", err))
		}
		return fmt.Errorf("%w: no pipe: %w", errors.ErrUnsupported, os.NewSyscallError("GetNamedPipeInfo", err))
	}
	if err := windows.GetNamedPipeHandleState(p.h, &state, nil, nil, nil, nil, 0); err != nil {
		return os.NewSyscallError("GetNamedPipeHandleState", err)
	}
	if state&windows.PIPE_NOWAIT != 0 {
		return fmt.Errorf("%w: the pipe is in PIPE_NOWAIT mode", errors.ErrUnsupported)
	}
	p.message = state&windows.PIPE_READMODE_MESSAGE != 0
	if sync, known := waithandle.Synchronous(p.h); known && sync {
		return fmt.Errorf("%w: the pipe was not opened with FILE_FLAG_OVERLAPPED", errors.ErrUnsupported)
	}
	return nil
}

// prepare gives an operation its event, and has done called for each end.
func (p *Pipe) prepare(op *operation, done func()) error {
	event, err := windows.CreateEvent(nil, 0, 0, nil)
	if err != nil {
		return os.NewSyscallError("CreateEvent", err)
	}
	op.overlapped.HEvent = event
	if op.wait, err = waithandle.Each(event, done); err != nil {
		return fmt.Errorf("waiting for a pipe: %w", err)
	}
	return nil
}

// start reads, or connects if there is nobody to read from yet. It is called with mu
// held, as is what follows.
func (p *Pipe) start() {
	p.startRead()
	if !errors.Is(p.in.err, windows.ERROR_PIPE_LISTENING) {
		p.connected, p.writable = true, true
		return
	}
	p.in.err, p.readable, p.ended = nil, false, false
	p.connect.pending = true
	switch err := windows.ConnectNamedPipe(p.h, &p.connect.overlapped); {
	case errors.Is(err, windows.ERROR_IO_PENDING):
	case err == nil, errors.Is(err, windows.ERROR_PIPE_CONNECTED), errors.Is(err, windows.ERROR_NO_DATA):
		// Somebody was quicker, and may have gone again, which the read tells.
		p.connect.pending = false
		p.beConnected()
	default:
		p.connect.pending = false
		p.fail(os.NewSyscallError("ConnectNamedPipe", err))
	}
}

func (p *Pipe) beConnected() {
	p.connected, p.writable = true, true
	p.startRead()
}

// fail is the end of reading and writing.
func (p *Pipe) fail(err error) {
	p.in.err, p.out.err = err, err
	p.readable, p.writable, p.connected = true, true, true
}

func (p *Pipe) startRead() {
	p.in.data, p.in.more, p.in.whole = nil, false, false
	p.in.pending = true
	var n uint32
	err := windows.ReadFile(p.h, p.in.buf, &n, &p.in.overlapped)
	if errors.Is(err, windows.ERROR_IO_PENDING) {
		return
	}
	p.in.pending = false
	if errors.Is(err, windows.ERROR_MORE_DATA) {
		// The count is not always returned with this error.
		_ = windows.GetOverlappedResult(p.h, &p.in.overlapped, &n, false)
	}
	p.haveRead(n, err)
}

// haveRead notes the end of a read.
func (p *Pipe) haveRead(n uint32, err error) {
	p.readable = true
	switch {
	case err == nil, errors.Is(err, windows.ERROR_MORE_DATA):
		p.in.data, p.in.more, p.in.whole = p.in.buf[:n], err != nil, true
	case errors.Is(err, windows.ERROR_BROKEN_PIPE), errors.Is(err, windows.ERROR_PIPE_NOT_CONNECTED), errors.Is(err, windows.ERROR_HANDLE_EOF):
		p.in.err, p.ended = io.EOF, true
	default:
		p.in.err = err
	}
}

// result says whether a pending operation has ended, and how. The event of one that
// ended at once may be heard of when the next is under way.
func (p *Pipe) result(op *operation) (n uint32, ended bool, err error) {
	if !op.pending {
		return 0, false, nil
	}
	err = windows.GetOverlappedResult(p.h, &op.overlapped, &n, false)
	if errors.Is(err, windows.ERROR_IO_INCOMPLETE) {
		return 0, false, nil
	}
	op.pending = false
	p.idle.Broadcast()
	return n, !p.closing, err
}

func (p *Pipe) readDone() {
	p.mu.Lock()
	n, ended, err := p.result(&p.in)
	if ended {
		p.haveRead(n, err)
	}
	p.mu.Unlock()
	if ended {
		p.called()
	}
}

func (p *Pipe) connectDone() {
	p.mu.Lock()
	_, ended, err := p.result(&p.connect)
	switch {
	case !ended:
	case err == nil:
		p.beConnected()
	default:
		p.fail(os.NewSyscallError("ConnectNamedPipe", err))
	}
	p.mu.Unlock()
	if ended {
		p.called()
	}
}

func (p *Pipe) writeDone() {
	p.mu.Lock()
	_, ended, err := p.result(&p.out)
	if ended {
		p.out.err, p.writable = writeError(err), true
	}
	p.mu.Unlock()
	if ended {
		p.called()
	}
}

func writeError(err error) error {
	if err == nil {
		return nil
	}
	return os.NewSyscallError("WriteFile", err)
}

// Read takes what has come, without blocking. In message mode it takes at most one
// message, and more says that this is not all of it. At the end it returns io.EOF.
func (p *Pipe) Read(b []byte) (n int, more bool, err error) {
	p.mu.Lock()
	switch {
	case p.closing:
		err = ErrBadHandle
	case p.in.err != nil:
		err = p.in.err
		if err != io.EOF {
			err = os.NewSyscallError("ReadFile", err)
		}
	case p.in.pending, !p.connected:
		err = ErrWouldBlock
	case len(b) == 0 && len(p.in.data) > 0:
		more = true
	default:
		n = copy(b, p.in.data)
		p.in.data = p.in.data[n:]
		more = p.message && (len(p.in.data) > 0 || p.in.more)
		if len(p.in.data) > 0 {
			break
		}
		whole := p.in.whole
		p.readable = false
		p.startRead()
		if n == 0 && !(p.message && whole) {
			err = ErrWouldBlock // an empty read of bytes means nothing
		}
	}
	again := p.readable
	p.mu.Unlock()
	if again && n > 0 {
		p.called()
	}
	return n, more, err
}

// Write takes bytes and writes them, without blocking: all of them in message mode, else
// as many as it likes. What an earlier write has failed with comes first.
func (p *Pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closing:
		return 0, ErrBadHandle
	case p.out.err != nil:
		return 0, p.out.err
	case p.out.pending, !p.connected:
		return 0, ErrWouldBlock
	}
	if !p.message {
		b = b[:min(len(b), maxPipeWrite)]
	}
	if len(b) == 0 && !p.message {
		return 0, nil
	}
	p.out.buf = append(p.out.buf[:0], b...)
	p.out.pending = true
	var n uint32
	err := windows.WriteFile(p.h, p.out.buf, &n, &p.out.overlapped)
	if errors.Is(err, windows.ERROR_IO_PENDING) {
		return len(b), nil
	}
	p.out.pending = false
	if err != nil {
		p.out.err = writeError(err)
		return 0, p.out.err
	}
	return len(b), nil
}

// Collect implements Thing.
func (p *Pipe) Collect() (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wasReadable, p.wasWritable = p.readable, p.writable
	p.readable, p.writable = false, false
	return p.wasReadable || p.wasWritable, nil
}

// Directions implements Directed.
func (p *Pipe) Directions() (readable, writable bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wasReadable, p.wasWritable
}

// Close implements Thing: it cancels what is in flight and waits until the kernel is
// done with the buffers.
func (p *Pipe) Close() error {
	p.mu.Lock()
	p.closing = true
	for _, op := range []*operation{&p.connect, &p.in, &p.out} {
		if op.pending {
			// It fails if the operation is just ending.
			_ = windows.CancelIoEx(p.h, &op.overlapped)
		}
	}
	for p.connect.pending || p.in.pending || p.out.pending {
		p.idle.Wait()
	}
	p.mu.Unlock()
	var failed error
	for _, op := range []*operation{&p.connect, &p.in, &p.out} {
		if op.wait != nil {
			failed = errors.Join(failed, op.wait.Close())
		}
		if op.overlapped.HEvent != 0 {
			failed = errors.Join(failed, os.NewSyscallError("CloseHandle", windows.CloseHandle(op.overlapped.HEvent)))
		}
	}
	return failed
}
