package aio_test

import (
	"os"
	"testing"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// TestSignalsWithoutAConsoleEvent: what a program has that asks for Ctrl-C and never gets one. To send one
// would be to send it to all who share the console.
func TestSignalsWithoutAConsoleEvent(t *testing.T) {
	t.Parallel()
	l := loop(t)
	s, err := aio.NewSignals(os.Interrupt)
	if err != nil {
		t.Fatal(err)
	}
	if sig, _, ready := s.PollNext(future.NewContext(future.WakerFunc(func() {}))); ready {
		t.Errorf("%v", sig)
	}
	s.Cancel()
	s.Stop()
	s.Stop()
	for range 2 {
		if sig, ok := next(l, s); ok {
			t.Errorf("%v after Stop", sig)
		}
	}
}
