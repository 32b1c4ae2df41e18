package extra

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/goetia-go/goetia/internal/extra/waithandle"
	"golang.org/x/sys/windows"
)

// Handle is a waitable handle of the caller's.
type Handle struct {
	withoutHandle
	repeated
	h      windows.Handle
	called Called

	mu sync.Mutex
	// wait is nil after Close.
	wait waithandle.Wait
	// signalled: the wait has ended, and Collect has not seen it. waiting: it
	// has not ended.
	signalled, waiting bool
}

// NewHandle waits for a handle once; see Rearm.
func NewHandle(h uintptr, called Called) (*Handle, error) {
	x := &Handle{h: windows.Handle(h), called: called}
	kind, err := waithandle.Kind(x.h)
	switch {
	case errors.Is(err, windows.ERROR_INVALID_HANDLE):
		return nil, fmt.Errorf("%w: %w", ErrBadHandle, os.NewSyscallError("NtQueryObject", err))
	case err != nil:
		return nil, err
	case kind == "Mutant":
		return nil, fmt.Errorf("%w: a mutex belongs to the thread that waits for it, which would be none of the caller's",
			errors.ErrUnsupported)
	case kind == "File":
		return nil, fmt.Errorf("%w: files, pipes and sockets are signalled by any operation on them; "+
			"sockets are sources, and there is AddPipe", errors.ErrUnsupported)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.begin(); err != nil {
		return nil, err
	}
	return x, nil
}

// begin waits, with mu held.
func (x *Handle) begin() error {
	x.waiting = true
	wait, err := waithandle.Once(x.h, x.end)
	if err != nil {
		x.waiting = false
		return fmt.Errorf("waiting for a handle: %w", err)
	}
	x.wait = wait
	return nil
}

// end is called when the handle is signalled.
func (x *Handle) end() {
	x.mu.Lock()
	x.signalled, x.waiting = true, false
	x.mu.Unlock()
	x.called()
}

// Rearm waits again. While the handle is still waited for, or was signalled and that is
// not collected yet, it does nothing.
func (x *Handle) Rearm() error {
	x.mu.Lock()
	if x.waiting || x.signalled || x.wait == nil {
		x.mu.Unlock()
		return nil
	}
	old := x.wait
	x.waiting = true // nobody else begins
	x.mu.Unlock()
	err := old.Close() // waits for end to return, which wants mu
	x.mu.Lock()
	defer x.mu.Unlock()
	x.waiting = false
	if err != nil {
		return err
	}
	return x.begin()
}

// Collect implements Thing.
func (x *Handle) Collect() (bool, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	was := x.signalled
	x.signalled = false
	return was, nil
}

// Close implements Thing.
func (x *Handle) Close() error {
	x.mu.Lock()
	wait := x.wait
	x.wait = nil
	x.mu.Unlock()
	if wait == nil {
		return nil
	}
	return wait.Close()
}
