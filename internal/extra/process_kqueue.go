//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package extra

import (
	"errors"
	"runtime"
	"syscall"

	"github.com/goetia-go/goetia/internal/sys/kevent"
	"golang.org/x/sys/unix"
)

// Process is EVFILT_PROC.
type Process struct {
	queue
	ended
}

// exitStatus is NOTE_EXITSTATUS, without which macOS does not tell the status.
const exitStatus = 0x04000000

// NewProcess watches for the end of a process.
func NewProcess(pid int, _ Called) (*Process, error) {
	if err := checkPID(pid); err != nil {
		return nil, err
	}
	q, err := openQueue()
	if err != nil {
		return nil, err
	}
	ev := kevent.Event{Ident: uintptr(pid), Filter: kevent.Proc, Flags: kevent.Add | kevent.Oneshot, Fflags: kevent.Exit}
	if runtime.GOOS == "darwin" {
		ev.Fflags |= exitStatus
	}
	if err := q.change(ev); err != nil {
		if errors.Is(err, syscall.ESRCH) {
			err = noProcess(pid, err)
		}
		return nil, errors.Join(err, q.Close())
	}
	return &Process{queue: q}, nil
}

// Collect implements Thing.
func (p *Process) Collect() (bool, error) {
	ev, ok, err := p.fetch()
	if !ok {
		return false, err
	}
	status := unix.WaitStatus(ev.Data)
	switch {
	case status.Exited():
		p.end(Exit{Known: true, Code: status.ExitStatus()})
	case status.Signaled():
		p.end(Exit{Known: true, Code: -1, Signal: int(status.Signal())})
	default:
		p.end(Exit{})
	}
	return true, nil
}
