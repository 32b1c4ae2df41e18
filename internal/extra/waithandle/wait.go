//go:build windows

package waithandle

import "golang.org/x/sys/windows"

// Wait is a wait for one handle.
type Wait interface {
	// Close ends the wait. When it returns, nothing is called any more, and the
	// handle may be closed. It must not be called from the callback.
	Close() error
}

// Once has called called, on a goroutine of its own choice, when the handle is
// signalled, which it may be already. The handle must stay open until Close.
func Once(h windows.Handle, called func()) (Wait, error) { return begin(h, called, false) }

// Each is Once, again and again, for a handle that a wait resets, such as an auto-reset
// event.
func Each(h windows.Handle, called func()) (Wait, error) { return begin(h, called, true) }

func begin(h windows.Handle, called func(), each bool) (Wait, error) {
	if havePackets() {
		return common.wait(h, called, each)
	}
	return register(h, called, each)
}
