//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package extra

// Path is a file or directory that changes, which this system's queues do not tell.
type Path struct {
	withoutHandle
	repeated
	changes
}

// NewPath fails.
func NewPath(string, Called) (*Path, error) { return nil, unsupported("changes of a file") }

// Collect implements Thing.
func (p *Path) Collect() (bool, error) { return false, nil }

// Close implements Thing.
func (p *Path) Close() error { return nil }
