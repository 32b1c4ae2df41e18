//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd && !windows

package extra

// Process is the end of a process, which this system's queues do not tell.
type Process struct {
	withoutHandle
	ended
}

// NewProcess fails.
func NewProcess(pid int, _ Called) (*Process, error) {
	if err := checkPID(pid); err != nil {
		return nil, err
	}
	return nil, unsupported("the end of a process")
}

// Collect implements Thing.
func (p *Process) Collect() (bool, error) { return false, nil }

// Close implements Thing.
func (p *Process) Close() error { return nil }
