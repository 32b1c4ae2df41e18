package wakeup

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// childEnv tells a process that it is the peer of another.
const childEnv = "GOETIA_BENCH_PEER"

// Process is another process that writes to the peer: what happens to a server.
type Process struct {
	pair
	child *exec.Cmd
	stdin io.WriteCloser
}

// NewProcess starts this program once more, as the peer. Its main function must
// call Peer first.
func NewProcess() (*Process, error) {
	s := new(Process)
	var err error
	if s.pair, err = newPair(); err != nil {
		return nil, err
	}
	far := os.NewFile(uintptr(s.far), "peer")
	defer far.Close() // the child has its own
	s.child = exec.Command("/proc/self/exe")
	s.child.Env = append(os.Environ(), childEnv+"=1")
	s.child.ExtraFiles = []*os.File{far}
	s.child.Stderr = os.Stderr
	if s.stdin, err = s.child.StdinPipe(); err != nil {
		return nil, err
	}
	if err := s.child.Start(); err != nil {
		return nil, fmt.Errorf("the peer: %w", err)
	}
	return s, nil
}

// Wake implements Source. The message itself says when it was sent.
func (s *Process) Wake(Waiter) (int64, error) {
	_, err := s.stdin.Write([]byte{1})
	return 0, err
}

// Close ends the peer.
func (s *Process) Close() error {
	unix.Close(s.near)
	s.stdin.Close()
	return s.child.Wait()
}

// Peer is the other process's life: if this is it, Peer does not return.
func Peer() {
	if os.Getenv(childEnv) == "" {
		return
	}
	runtime.LockOSThread()
	order := make([]byte, 1)
	for {
		if n, err := unix.Read(0, order); err == unix.EINTR {
			continue
		} else if n != 1 || err != nil {
			os.Exit(0)
		}
		// The order itself has woken the other process; it must be idle
		// again when the message arrives.
		pause := unix.NsecToTimespec(int64(gap / time.Nanosecond))
		_ = unix.Nanosleep(&pause, nil)
		if err := send(3); err != nil {
			fmt.Fprintln(os.Stderr, "peer:", err)
			os.Exit(1)
		}
	}
}
