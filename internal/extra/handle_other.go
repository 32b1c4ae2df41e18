//go:build !windows

package extra

// Handle is a waitable handle, which only Windows has.
type Handle struct {
	withoutHandle
	repeated
}

// NewHandle fails.
func NewHandle(uintptr, Called) (*Handle, error) { return nil, unsupported("a handle") }

// Rearm waits again.
func (h *Handle) Rearm() error { return nil }

// Collect implements Thing.
func (h *Handle) Collect() (bool, error) { return false, nil }

// Close implements Thing.
func (h *Handle) Close() error { return nil }
