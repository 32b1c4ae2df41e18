//go:build unix || windows

package watch

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/goetia-go/goetia/poll"
)

func TestParseLocal(t *testing.T) {
	for text, want := range map[string]Target{
		"timer:1500ms":    {Kind: Timer, Every: 1500 * time.Millisecond},
		"pid:123":         {Kind: Process, PID: 123},
		"signal:INT":      {Kind: Signals, Signals: []os.Signal{os.Interrupt}},
		"signal:sigterm":  {Kind: Signals, Signals: []os.Signal{syscall.SIGTERM}},
		"signal:INT,TERM": {Kind: Signals, Signals: []os.Signal{os.Interrupt, syscall.SIGTERM}},
		"file:/a:b":       {Kind: File, Path: "/a:b"},
		"pipe:name":       {Kind: Pipe, Path: "name"},
	} {
		got, err := Parse(context.Background(), text, false)
		if err != nil || got.Kind != want.Kind || got.Every != want.Every || got.PID != want.PID ||
			got.Path != want.Path || !slices.Equal(got.Signals, want.Signals) {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"timer:", "timer:0s", "timer:-1s", "timer:soon", "pid:0", "pid:-5", "pid:me",
		"signal:NONE", "signal:INT,", "signal:KILL", "signal:9", "file:", "pipe:",
	} {
		if got, err := Parse(context.Background(), text, false); !errors.Is(err, ErrTarget) {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
	}
}

func TestTimerTarget(t *testing.T) {
	s := begin(t, Options{Targets: []Target{target(t, "timer:1ms", false)}, Interest: poll.Readable, Mode: poll.Level, Count: 3})
	s.next(Opened, "every 1ms")
	for range 3 {
		if c := s.next(Ready, "expired"); c.Ready != poll.Readable || c.Done {
			t.Errorf("got %+v", c)
		}
	}
	if err := s.end(); err != nil {
		t.Error(err)
	}
}

func TestProcessTarget(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := begin(t, Options{Targets: []Target{{Name: "pid", Kind: Process, PID: cmd.Process.Pid}}, Interest: poll.Readable, Mode: poll.Oneshot})
	s.next(Opened, "watching process")
	if c := s.next(Ready, "ended with code 0"); !c.Done {
		t.Errorf("got %+v", c)
	}
	if err := s.end(); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func TestFileTarget(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "watched")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	o := Options{Targets: []Target{target(t, "file:"+dir, false)}, Interest: poll.Readable, Mode: poll.Level}
	if runtime.GOOS == "windows" {
		if err := Watch(context.Background(), o); !errors.Is(err, poll.ErrUnsupported) {
			t.Errorf("got %v", err)
		}
		return
	}
	s := begin(t, o)
	s.next(Opened, "watching "+dir)
	if err := os.WriteFile(filepath.Join(dir, "new"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.next(Ready, "created")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for c := (&Change{}); !c.Done; {
		c = s.next(Ready, "")
	}
	if err := s.end(); err != nil {
		t.Error(err)
	}
}

// A signal that is watched does not end the watch; the others do.
func TestListening(t *testing.T) {
	parent, end := context.WithCancel(context.Background())
	plain, stop := Listening(parent, []Target{{Kind: Timer}, {Signals: []os.Signal{syscall.SIGHUP}}})
	defer stop()
	watched, stop := Listening(parent, []Target{{Signals: []os.Signal{os.Interrupt}}})
	defer stop()
	both, stop := Listening(parent, []Target{{Signals: []os.Signal{os.Interrupt, syscall.SIGTERM}}})
	defer stop()
	end()
	if plain.Err() == nil || watched.Err() != nil || both.Err() != nil {
		t.Errorf("ended: %v, %v, %v", plain.Err(), watched.Err(), both.Err())
	}
}
