package extra

import (
	"fmt"
	"math"
	"os"
	"sync"
)

// Exit is how a process has ended.
type Exit struct {
	// Known is false if the system does not tell, as of processes that are
	// nobody's child here.
	Known bool
	// Code is the exit code, or -1 after a signal.
	Code int
	// Signal is the number of the signal that ended the process, or zero.
	Signal int
}

// ended is what a process has collected.
type ended struct {
	mu   sync.Mutex
	over bool
	exit Exit
}

// Take returns how the process has ended, and false while that was not collected.
func (e *ended) Take() (Exit, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.exit, e.over
}

func (e *ended) end(x Exit) {
	e.mu.Lock()
	e.over, e.exit = true, x
	e.mu.Unlock()
}

// Once implements Thing.
func (e *ended) Once() bool { return true }

func checkPID(pid int) error {
	if pid <= 0 || pid > math.MaxInt32 {
		return fmt.Errorf("%w: process number %d", ErrInvalid, pid)
	}
	return nil
}

// noProcess is the error for a process that there is not.
func noProcess(pid int, err error) error {
	return fmt.Errorf("process %d: %w: %w", pid, os.ErrProcessDone, err)
}
