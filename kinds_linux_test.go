package goetia

import (
	"errors"
	"io/fs"
	"os"
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
	buf := make([]byte, 64)
	if n, err := keys.Read(buf); err != nil || string(buf[:n]) != "a line\r\n" {
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
