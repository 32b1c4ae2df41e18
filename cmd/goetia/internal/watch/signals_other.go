//go:build !unix

package watch

import (
	"os"
	"syscall"
)

type namedSignal struct {
	name   string
	signal os.Signal
}

// signalNames are all that can be listened for: Ctrl-C and Ctrl-Break, and the
// console being closed.
func signalNames() []namedSignal {
	return []namedSignal{{"INT", os.Interrupt}, {"TERM", syscall.SIGTERM}}
}
