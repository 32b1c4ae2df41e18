package aio

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/goetia-go/goetia/future"
	"github.com/goetia-go/goetia/internal/sys/namedpipe"
)

// PipeListener accepts clients of a Windows named pipe. One task at a time accepts; the other
// methods are safe for concurrent use.
type PipeListener struct {
	path string
	slot future.Slot
	// running is the goroutine that waits.
	running sync.WaitGroup

	mu sync.Mutex
	// instance is the one that has no client yet, and waiting the wait for one.
	instance uintptr
	waiting  *namedpipe.Connecting
	// came says that the wait has ended, with err.
	came   bool
	err    error
	closed bool
}

// ListenPipe makes a named pipe for a stream of bytes, such as `\\.\pipe\name`, for clients of this
// machine. It fails if there is one of this name, and with errors.ErrUnsupported on
// systems other than Windows, whose named pipes are files (NewFile).
func ListenPipe(path string) (*PipeListener, error) {
	h, err := namedpipe.Create(path, true)
	if err != nil {
		return nil, fmt.Errorf("aio: %s: %w", path, err)
	}
	return &PipeListener{path: path, instance: h}, nil
}

// PollAccept returns the stream to the next client. Until there is one, a goroutine waits.
func (p *PipeListener) PollAccept(cx *future.Context) (s *Foreign, ready bool, err error) {
	if !cx.Spend() {
		return nil, false, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, true, net.ErrClosed
	}
	if p.instance == 0 {
		// The last one could not be replaced.
		if p.instance, err = namedpipe.Create(p.path, false); err != nil {
			return nil, true, fmt.Errorf("aio: %s: %w", p.path, err)
		}
	}
	if p.waiting == nil {
		if p.waiting, err = namedpipe.Connect(p.instance); err != nil {
			return nil, true, fmt.Errorf("aio: %s: %w", p.path, err)
		}
		w := p.waiting
		p.running.Go(func() { p.wait(w) })
	}
	if !p.came {
		p.slot.Register(cx.Waker())
		return nil, false, nil
	}
	h := p.instance
	err = p.err
	p.instance, p.waiting, p.came, p.err = 0, nil, false, nil
	if err != nil {
		return nil, true, fmt.Errorf("aio: %s: %w", p.path, errors.Join(err, namedpipe.Close(h)))
	}
	// Without an instance clients would find no pipe of this name.
	p.instance, _ = namedpipe.Create(p.path, false) // if it fails, the next call says so
	return NewForeign(os.NewFile(h, p.path)), true, nil
}

// wait is the goroutine.
func (p *PipeListener) wait(w *namedpipe.Connecting) {
	err := w.Wait()
	p.mu.Lock()
	p.came, p.err = true, err
	if p.closed {
		_ = namedpipe.Close(p.instance) // nobody is there to be told
	}
	p.mu.Unlock()
	p.slot.Wake()
}

// Accept is a future of [PipeListener.PollAccept]. If it is cancelled, the client is there for the
// next one.
func (p *PipeListener) Accept() future.Future[future.Result[*Foreign]] { return pipeAccepting{p} }

type pipeAccepting struct{ p *PipeListener }

func (f pipeAccepting) Poll(cx *future.Context) (future.Result[*Foreign], bool) {
	s, ready, err := f.p.PollAccept(cx)
	return future.Result[*Foreign]{Value: s, Err: err}, ready
}

func (f pipeAccepting) Cancel() { f.p.slot.Clear() }

// Close ends the listening, and returns when there is no pipe of this name any more, but for
// clients that have been accepted. Who waits fails with net.ErrClosed.
func (p *PipeListener) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return net.ErrClosed
	}
	p.closed = true
	var err error
	switch {
	case p.waiting != nil && !p.came:
		p.waiting.Cancel() // and then the goroutine closes
	case p.instance != 0:
		err = namedpipe.Close(p.instance)
	}
	p.mu.Unlock()
	p.running.Wait()
	p.slot.Wake()
	return err
}

// pipeRetry is after how long a client tries again whose pipe has no free instance.
const pipeRetry = 10 * time.Millisecond

// OpenPipe connects to a Windows named pipe. While all its instances are taken it tries again and
// again. It is errors.ErrUnsupported on other systems. If it is cancelled, what it has opened
// is closed.
func OpenPipe(path string) future.Future[future.Result[*Foreign]] {
	return &offload[*Foreign]{
		work: func(ctx context.Context) (*Foreign, error) {
			for {
				h, busy, err := namedpipe.Open(path)
				switch {
				case err == nil:
					return NewForeign(os.NewFile(h, path)), nil
				case !busy:
					return nil, fmt.Errorf("aio: %w", err)
				}
				select {
				case <-ctx.Done():
					return nil, ctx.Err()
				case <-time.After(pipeRetry):
				}
			}
		},
		drop: func(f *Foreign) { _ = f.Close() },
	}
}
