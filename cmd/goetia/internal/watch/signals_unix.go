//go:build unix

package watch

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

type namedSignal struct {
	name   string
	signal os.Signal
}

// signalNames are all that can be listened for.
func signalNames() []namedSignal {
	var all []namedSignal
	for n := syscall.Signal(1); n < 65; n++ {
		if name := unix.SignalName(n); name != "" && n != syscall.SIGKILL && n != syscall.SIGSTOP {
			all = append(all, namedSignal{name[len("SIG"):], n})
		}
	}
	return all
}
