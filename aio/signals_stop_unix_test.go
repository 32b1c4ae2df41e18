//go:build unix

package aio_test

import (
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/goetia-go/goetia/aio"
)

// TestSignalBeforeStop: a signal that the system had delivered, and the goroutine that listens had
// not passed on yet, was lost when Stop came.
func TestSignalBeforeStop(t *testing.T) {
	t.Parallel()
	l := loop(t)
	witness := make(chan os.Signal, 1)
	signal.Notify(witness, syscall.SIGWINCH)
	defer signal.Stop(witness)
	for round := range 500 {
		s, err := aio.NewSignals(syscall.SIGWINCH)
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(os.Getpid(), syscall.SIGWINCH); err != nil {
			t.Fatal(err)
		}
		<-witness
		s.Stop()
		if sig, ok := next(l, s); !ok || sig != syscall.SIGWINCH {
			t.Fatalf("round %d: %v %t", round, sig, ok)
		}
		if sig, ok := next(l, s); ok {
			t.Fatalf("round %d: %v after the end", round, sig)
		}
	}
}
