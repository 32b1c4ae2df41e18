package goetia

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// TestTerminal: what is typed comes back, since the terminal echoes it.
func TestTerminal(t *testing.T) {
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(err) // the system is not given a /dev
	}
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	r := open(t, WithSweep(20*time.Millisecond))
	s := check[*Source](t)(r.Register(check[poll.Source](t)(poll.Conn(keys))))
	c := newFired()
	w := check[*Watch](t)(s.AfterReadable(c.call))
	passed(t, r)
	c.never(t)
	if _, err := keys.WriteString("a line\n"); err != nil {
		t.Fatal(err)
	}
	c.wait(t)
	const echo = "a line\r\n" // which can come in pieces
	buf := make([]byte, len(echo))
	if n, err := io.ReadFull(keys, buf); string(buf) != echo {
		t.Errorf("read %q, %v", buf[:n], err)
	}
	if err := w.Rearm(); err != nil {
		t.Fatal(err)
	}
	passed(t, r)
	c.never(t)
	keys.Close()
	if got := c.wait(t); got != Closed {
		t.Errorf("fired with %v", got)
	}
}

// TestRawNumberReused: a raw descriptor that is closed under its watch, and whose number is given
// to another one, fires that watch with Closed: when the number is registered anew, or at the
// latest when the sweep comes.
func TestRawNumberReused(t *testing.T) {
	for name, period := range map[string]time.Duration{"registered": time.Hour, "swept": 20 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			r := open(t, WithSweep(period))
			var old, next [2]int
			for _, p := range []*[2]int{&old, &next} {
				if err := syscall.Pipe(p[:]); err != nil {
					t.Fatal(err)
				}
			}
			defer syscall.Close(old[1])
			defer syscall.Close(next[1])
			s := check[*Source](t)(r.Register(poll.FD(uintptr(old[0]))))
			closed, fresh := newFired(), newFired()
			check[*Watch](t)(s.AfterReadable(closed.call))
			if err := syscall.Dup3(next[0], old[0], 0); err != nil { // which closes it, and nobody else gets the number
				t.Fatal(err)
			}
			defer syscall.Close(old[0])
			if err := syscall.Close(next[0]); err != nil {
				t.Fatal(err)
			}
			if name == "registered" {
				s = check[*Source](t)(r.Register(poll.FD(uintptr(old[0]))))
				check[*Watch](t)(s.AfterReadable(fresh.call))
			}
			if got := closed.wait(t); !got.Has(Closed) {
				t.Errorf("it fired with %v", got)
			}
			if _, err := syscall.Write(next[1], []byte("x")); err != nil {
				t.Fatal(err)
			}
			if name == "registered" {
				if got := fresh.wait(t); got.Has(Closed) {
					t.Errorf("the new one fired with %v", got)
				}
			}
			closed.never(t)
		})
	}
}
