package watch

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// Listening is a context for targets some of which may be the signals that end parent:
// a signal that is watched does not end it.
func Listening(parent context.Context, targets []Target) (context.Context, context.CancelFunc) {
	ending := []os.Signal{os.Interrupt, syscall.SIGTERM}
	all := len(ending)
	for _, t := range targets {
		ending = slices.DeleteFunc(ending, func(sig os.Signal) bool { return slices.Contains(t.Signals, sig) })
	}
	if len(ending) == all {
		return context.WithCancel(parent)
	}
	own := context.WithoutCancel(parent)
	if len(ending) == 0 {
		return context.WithCancel(own)
	}
	return signal.NotifyContext(own, ending...)
}
