//go:build unix

package extra

import (
	"os"
	"os/signal"
	"slices"
	"syscall"
	"testing"
	"time"
)

// One signal that comes often while nobody has the time to hear of it does not drive another out.
func TestSignalsDoNotDriveOneAnotherOut(t *testing.T) {
	const often, once = syscall.SIGUSR1, syscall.SIGUSR2
	held, hearing := make(chan struct{}), make(chan struct{}, 100)
	s, err := NewSignals([]os.Signal{often, once, often}, func() {
		hearing <- struct{}{}
		<-held
	})
	if err != nil {
		t.Fatal(err)
	}
	// When it has been told of a signal, everybody has been told of the one before.
	witness := make(chan os.Signal, 100)
	signal.Notify(witness, often, once)
	defer signal.Stop(witness)
	raise := func(sig syscall.Signal) {
		t.Helper()
		if err := syscall.Kill(os.Getpid(), sig); err != nil {
			t.Fatal(err)
		}
		select {
		case <-witness:
		case <-time.After(20 * time.Second):
			t.Fatalf("%v has not come", sig)
		}
	}
	raise(often)
	<-hearing // and the listener is held from now on
	for range 20 {
		raise(often)
	}
	raise(once)
	close(held)
	want := []os.Signal{often, once}
	var got []os.Signal
	for deadline := time.Now().Add(20 * time.Second); len(got) < len(want) && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if _, err := s.Collect(); err != nil {
			t.Fatal(err)
		}
		for _, sig := range s.Take() {
			if !slices.Contains(got, sig) {
				got = append(got, sig)
			}
		}
	}
	slices.SortFunc(got, func(a, b os.Signal) int { return int(a.(syscall.Signal)) - int(b.(syscall.Signal)) })
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
