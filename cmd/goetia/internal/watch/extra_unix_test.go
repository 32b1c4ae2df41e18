//go:build unix

package watch

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/goetia-go/goetia/poll"
)

func TestSignalsTarget(t *testing.T) {
	s := begin(t, Options{Targets: []Target{target(t, "signal:USR1,USR2", false)}, Interest: poll.Readable, Mode: poll.Level})
	s.next(Opened, "listening for")
	for name, sig := range map[string]syscall.Signal{"USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2} {
		if err := syscall.Kill(os.Getpid(), sig); err != nil {
			t.Fatal(err)
		}
		s.next(Ready, name)
	}
}

func TestPipeTarget(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	s := begin(t, Options{Targets: []Target{target(t, "pipe:"+path, true)}, Interest: poll.Readable, Mode: poll.Level})
	s.next(Opened, "reading "+path)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("text"); err != nil {
		t.Fatal(err)
	}
	s.next(Ready, "read 4 B")
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if c := s.next(Ready, "end of stream"); !c.Done {
		t.Errorf("got %+v", c)
	}
	if err := s.end(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the FIFO that was made is left: %v", err)
	}

	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{plain, path} {
		o := Options{Targets: []Target{target(t, "pipe:"+wrong, false)}, Interest: poll.Readable, Mode: poll.Level}
		if err := Watch(context.Background(), o); err == nil {
			t.Errorf("%s was watched", wrong)
		}
	}
}
