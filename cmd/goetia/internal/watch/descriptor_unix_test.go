//go:build unix

package watch

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

func sendUrgent(s sock.Socket, b byte) error {
	return unix.Sendto(int(s), []byte{b}, unix.MSG_OOB, nil)
}

// A pipe in blocking mode, as a shell makes them, does not block the watch.
func TestDescriptor(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, o Options) {
		var fds [2]int
		if err := unix.Pipe(fds[:]); err != nil {
			t.Fatal(err)
		}
		defer unix.Close(fds[0])
		o.Targets = []Target{target(t, "fd:"+strconv.Itoa(fds[0]), false)}
		s := begin(t, o)
		s.next(Opened, "watching descriptor")
		for range 3 {
			if _, err := unix.Write(fds[1], []byte("hello")); err != nil {
				t.Fatal(err)
			}
			s.next(Ready, "read 5 B")
		}
		unix.Close(fds[1])
		s.next(Ready, "end of stream")
		if err := s.end(); err != nil {
			t.Error(err)
		}
		if _, err := unix.FcntlInt(uintptr(fds[0]), unix.F_GETFD, 0); err != nil {
			t.Error("the watch closed a descriptor that is not its own")
		}
	})
}

func TestUnixSocket(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	s := begin(t, Options{
		Targets:  []Target{target(t, "unix:"+path, true)},
		Interest: poll.Readable, Mode: poll.Level,
	})
	s.next(Opened, "listening on "+path)
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s.next(Ready, "accepted")
	if _, err := c.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	s.next(Ready, "read 1 B")
	s.stop()
	if err := s.end(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the socket's file is left")
	}

	s = begin(t, Options{Targets: []Target{target(t, "unix:"+path, false)}, Interest: poll.Readable})
	s.next(Failed, "no such file")
}
