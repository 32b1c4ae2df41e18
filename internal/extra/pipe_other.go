//go:build !windows

package extra

import (
	"errors"
	"fmt"
)

// Pipe is an overlapped named pipe, which only Windows has.
type Pipe struct {
	withoutHandle
	repeated
}

var errPipe = fmt.Errorf("%w: pipes and FIFOs are ordinary descriptors here, to be added like sockets", errors.ErrUnsupported)

// NewPipe fails.
func NewPipe(uintptr, Called) (*Pipe, error) { return nil, errPipe }

// Read fails.
func (p *Pipe) Read([]byte) (n int, more bool, err error) { return 0, false, errPipe }

// Write fails.
func (p *Pipe) Write([]byte) (int, error) { return 0, errPipe }

// Collect implements Thing.
func (p *Pipe) Collect() (bool, error) { return false, nil }

// Close implements Thing.
func (p *Pipe) Close() error { return nil }
