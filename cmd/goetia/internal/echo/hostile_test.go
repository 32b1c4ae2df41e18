package echo

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"testing"
	"time"
)

// A client that finishes sending at once gets everything back, and then the end.
func TestHalfClose(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o Options) {
		s := start(t, o)
		c := s.dial()
		want := noise(3 << 20)
		go func() {
			// A failure shows in what comes back.
			_, _ = c.Write(want)
			_ = c.CloseWrite()
		}()
		got, err := io.ReadAll(c)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%d of %d bytes came back, or others", len(got), len(want))
		}
		s.idle()
		if n := s.end(); n.Errors+n.Resets != 0 || n.BytesOut != uint64(len(want)) {
			t.Errorf("counts are %+v", n)
		}
	})
}

// A client that sends first and reads much later: what it did not take is kept,
// within bounds, and nothing is lost.
func TestSlowReaderWithLargeBacklog(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o Options) {
		o.HighWater = 32 << 10
		s := start(t, o)
		c := s.dial()
		want := noise(24 << 20)
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			_, _ = c.Write(want)
			if runtime.GOOS != "windows" {
				_ = c.CloseWrite()
			}
		}()
		eventually(t, "the server no longer reads", func() bool { return s.Paused() == 1 })
		select {
		case <-sent:
			t.Fatal("the server took everything from a client that does not read")
		default:
		}
		got := make([]byte, 0, len(want))
		for {
			n, err := c.Read(got[len(got):min(len(got)+4000, cap(got))])
			got = got[:len(got)+n]
			if err == io.EOF || len(got) == cap(got) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		<-sent
		if !bytes.Equal(got, want) {
			t.Errorf("%d of %d bytes came back, or others", len(got), len(want))
		}
		if runtime.GOOS == "windows" {
			// Wine now and then tells a client of the end as soon as both directions
			// have one, with bytes before it that nobody has read.
			_ = c.CloseWrite()
		}
		if _, err := c.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("after everything came back: %v, want the end", err)
		}
		s.idle()
		if n := s.end(); n.Pauses == 0 || n.Errors+n.Resets != 0 {
			t.Errorf("counts are %+v, want pauses and no trouble", n)
		}
	})
}

// A client that sends and never reads is stopped by its own full pipe, while
// others are served.
func TestClientThatNeverReads(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o Options) {
		o.HighWater = 16 << 10
		s := start(t, o)
		c := s.dial()
		s.fill(c)
		other := s.dial()
		exchange(t, other, noise(1000))
		c.Close() // with unread data: the server sees a reset
		other.Close()
		s.idle()
		if n := s.end(); n.Pauses == 0 || n.Errors != 0 {
			t.Errorf("counts are %+v, want pauses and no errors", n)
		}
	})
}

// fill writes until the server no longer reads and nothing more is taken.
func (r *running) fill(c *net.TCPConn) {
	r.t.Helper()
	b := noise(1 << 20)
	for {
		if err := c.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			r.t.Fatal(err)
		}
		n, err := c.Write(b)
		if n == 0 && r.Paused() > 0 {
			return
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			r.t.Fatal(err)
		}
	}
}

// A reset ends one connection, also one that is not being read from, and no other.
func TestReset(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o Options) {
		o.HighWater = 16 << 10
		s := start(t, o)
		witness := s.dial()
		exchange(t, witness, []byte("before"))
		for _, full := range []bool{false, true} {
			c := s.dial()
			exchange(t, c, noise(100))
			if full {
				s.fill(c)
			}
			if err := c.SetLinger(0); err != nil {
				t.Fatal(err)
			}
			c.Close()
			eventually(t, "the reset connection is gone", func() bool { return s.Active() == 1 })
		}
		exchange(t, witness, []byte("after"))
		if n := s.end(); n.Resets != 2 || n.Errors != 0 {
			t.Errorf("counts are %+v, want 2 resets and no errors", n)
		}
	})
}

func TestOneByteAtATime(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	c := s.dial()
	for i := range 300 {
		exchange(t, c, []byte{byte(i)})
	}
	if n := s.end(); n.Messages != 300 {
		t.Errorf("%d messages, want 300", n.Messages)
	}
}

// Connections that come and go without a word leave nothing behind.
func TestConnectAndLeave(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Loops: 2})
	for range 100 {
		s.dial().Close()
	}
	exchange(t, s.dial(), []byte("x"))
	n := s.end()
	if n.Accepted == 0 || n.Errors != 0 {
		t.Errorf("counts are %+v", n)
	}
}

// A peer that takes nothing does not keep a server from stopping.
func TestStopDoesNotWaitForever(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	s.fill(s.dial())
	begin := time.Now()
	s.end() // has patience, and not for ever
	if spent := time.Since(begin); spent < DefaultDrain/2 {
		t.Errorf("gave up after %v, before the drain time", spent)
	}
}
