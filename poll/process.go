package poll

import things "github.com/goetia-go/goetia/internal/extra"

// Process is a process whose end is an event of a [Poller]. Its methods are safe for
// concurrent use.
type Process struct {
	x *extra
	t *things.Process
}

// Exit is how a process has ended. Known is false if the system does not tell: of
// processes that are not this one's children, or that somebody has waited for already.
// Code is the exit code, or -1 if a signal ended the process, and Signal is that
// one's number.
type Exit = things.Exit

// AddProcess registers a process, a child or not, under key. Its end is reported once,
// as [Readable], also if it has ended before but nobody has waited for it. The Poller
// does not wait for it: a child remains for os.Process.Wait, which then does not
// block.
//
// It fails with an error that wraps os.ErrProcessDone if there is no such process,
// [ErrInvalid] if pid is not positive, and [ErrUnsupported] where the system does not
// tell (Linux before 5.3, and systems other than Linux, Windows, macOS and the BSDs).
func (p *Poller) AddProcess(key Key, pid int) (*Process, error) {
	x, t, err := addExtra(p, "process", key, func(called things.Called) (*things.Process, error) {
		return things.NewProcess(pid, called)
	})
	if err != nil {
		return nil, err
	}
	return &Process{x, t}, nil
}

// Exited returns how the process has ended, and false if that was not reported yet.
func (t *Process) Exited() (Exit, bool) { return t.t.Take() }

// Delete ends the registration, not the process. It fails with [ErrNotFound] if it was
// deleted before, and with [ErrClosed] if the Poller was closed.
func (t *Process) Delete() error { return t.x.remove("process") }
