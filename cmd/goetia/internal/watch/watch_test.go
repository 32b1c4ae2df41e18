//go:build unix || windows

package watch

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/nobody"
	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

const patience = 30 * time.Second

// session is a watch that runs while the test plays the peers.
type session struct {
	t       *testing.T
	changes chan *Change
	done    chan error
	stop    context.CancelFunc
}

func begin(t *testing.T, o Options) *session {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	s := &session{t: t, changes: make(chan *Change, 100), done: make(chan error, 1), stop: stop}
	o.Tell = func(c *Change) error { s.changes <- c; return nil }
	go func() { s.done <- Watch(ctx, o) }()
	t.Cleanup(func() {
		stop()
		select {
		case <-s.done:
		case <-time.After(patience):
			t.Error("the watch does not end")
		}
	})
	return s
}

// next is the next change, which must have the event and a note that has these
// words.
func (s *session) next(event, note string) *Change {
	s.t.Helper()
	var c *Change
	select {
	case c = <-s.changes:
	case err := <-s.done:
		s.done <- err
		if len(s.changes) == 0 {
			s.t.Fatalf("the watch has ended (%v), want event %s with the note %q", err, event, note)
		}
		c = <-s.changes
	case <-time.After(patience):
		s.t.Fatalf("no event %s with the note %q", event, note)
	}
	if c.Event != event || !strings.Contains(strings.Join(c.Notes, ", "), note) {
		s.t.Fatalf("got %+v, want event %s with the note %q", c, event, note)
	}
	return c
}

// end waits for the watch to end by itself.
func (s *session) end() error {
	s.t.Helper()
	select {
	case err := <-s.done:
		s.done <- err
		return err
	case <-time.After(patience):
		s.t.Fatal("the watch does not end")
		return nil
	}
}

func target(t *testing.T, text string, listen bool) Target {
	t.Helper()
	target, err := Parse(t.Context(), text, listen)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// modes runs a test for each mechanism and mode that there is.
func modes(t *testing.T, test func(t *testing.T, o Options)) {
	for _, m := range poll.Mechanisms() {
		p, err := poll.New(poll.WithMechanism(m))
		if err != nil {
			t.Logf("%s: %v", m, err)
			continue
		}
		f := p.Features()
		p.Close()
		for _, mode := range f.Modes {
			t.Run(string(m)+" "+mode.String(), func(t *testing.T) {
				t.Parallel()
				test(t, Options{Mechanism: m, Mode: mode, Interest: poll.Readable})
			})
		}
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, o Options) {
		o.Targets = []Target{target(t, "listen:127.0.0.1:0", false)}
		s := begin(t, o)
		addr := strings.TrimPrefix(s.next(Opened, "listening on").Notes[0], "listening on ")
		for range 2 {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			local := c.LocalAddr().String()
			if ch := s.next(Ready, "accepted "+local); !ch.Ready.Has(poll.Readable) || ch.Mechanism != o.Mechanism {
				t.Errorf("accepting is reported as %+v", ch)
			}
			for range 3 {
				if _, err := c.Write([]byte("hello")); err != nil {
					t.Fatal(err)
				}
				ch := s.next(Ready, "read 5 B")
				if ch.Target != "peer:"+local || ch.Bytes != 5 || ch.Done {
					t.Errorf("data is reported as %+v", ch)
				}
			}
			c.Close()
			if ch := s.next(Ready, "end of stream"); !ch.Done || ch.Target != "peer:"+local {
				t.Errorf("the end is reported as %+v", ch)
			}
		}
		s.stop()
		if err := s.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestConnect(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, o Options) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		o.Targets = []Target{target(t, "tcp:"+l.Addr().String(), false)}
		s := begin(t, o)
		s.next(Opened, "connecting")
		if ch := s.next(Ready, "connected from"); !ch.Ready.Has(poll.Writable) {
			t.Errorf("connecting is reported as %v", ch.Ready)
		}
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write([]byte("welcome")); err != nil {
			t.Fatal(err)
		}
		s.next(Ready, "read 7 B")
		c.Close()
		s.next(Ready, "end of stream")
		if err := s.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestRefused(t *testing.T) {
	t.Parallel()
	addr, release, err := nobody.Reserve()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release) // after the parallel tests below
	modes(t, func(t *testing.T, o Options) {
		o.Targets = []Target{target(t, "tcp:"+addr, false)}
		s := begin(t, o)
		if err := s.end(); !errors.Is(err, ErrConnect) {
			t.Errorf("ended with %v", err)
		}
		var last *Change
		for len(s.changes) > 0 {
			last = <-s.changes
		}
		if last == nil || !last.Done || !strings.Contains(strings.Join(last.Notes, ""), "refused") {
			t.Errorf("the last change is %+v", last)
		}
	})
}

func TestUrgentData(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, o Options) {
		o.Interest |= poll.Priority
		if err := Watch(t.Context(), Options{Mechanism: o.Mechanism, Mode: o.Mode, Interest: o.Interest}); errors.Is(err, ErrImpossible) {
			t.Skip(err)
		}
		o.Targets = []Target{target(t, "listen:127.0.0.1:0", false)}
		s := begin(t, o)
		addr := target(t, "tcp:"+strings.TrimPrefix(s.next(Opened, "").Notes[0], "listening on "), false).Addr
		c, err := sock.Connect(addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		s.next(Ready, "accepted")
		if err := sendUrgent(c, '!'); err != nil {
			t.Fatal(err)
		}
		if ch := s.next(Ready, "read 1 B urgent"); !ch.Ready.Has(poll.Priority) {
			t.Errorf("urgent data is reported as %v", ch.Ready)
		}
	})
}

// Room to write lasts, and must not be told for as long as it does.
func TestWritableDoesNotFlood(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, o Options) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		o.Interest |= poll.Writable
		o.Targets = []Target{target(t, "tcp:"+l.Addr().String(), false)}
		s := begin(t, o)
		s.next(Opened, "connecting")
		s.next(Ready, "connected from")
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		const rounds = 10
		for range rounds {
			if _, err := c.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
			// An edge may come again with each arrival.
			for n := 0; s.next(Ready, "").Bytes == 0; n++ {
				if n == 3 {
					t.Fatalf("%d changes without data", n)
				}
			}
		}
		s.stop()
		if err := s.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s := begin(t, Options{
		Targets:  []Target{target(t, "tcp:127.0.0.1:0", true), target(t, "udp:127.0.0.1:0", true)},
		Interest: poll.Readable, Mode: poll.Level, Count: 2,
	})
	s.next(Opened, "listening on")
	addr := strings.TrimPrefix(s.next(Opened, "listening on").Notes[0], "listening on ")
	c, err := sock.Connect(target(t, "udp:"+addr, false).Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 2 {
		if _, err := c.Write([]byte("datagram")); err != nil {
			t.Fatal(err)
		}
		s.next(Ready, "read 8 B")
	}
	if err := s.end(); err != nil {
		t.Error(err)
	}
}

func TestImpossible(t *testing.T) {
	t.Parallel()
	for _, m := range poll.Mechanisms() {
		p, err := poll.New(poll.WithMechanism(m))
		if err != nil {
			continue
		}
		f := p.Features()
		p.Close()
		if f.Supports(poll.Edge) {
			continue
		}
		err = Watch(t.Context(), Options{Mechanism: m, Mode: poll.Edge, Interest: poll.Readable})
		if !errors.Is(err, ErrImpossible) {
			t.Errorf("%s in edge mode: %v", m, err)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		listen bool
		kind   Kind
		err    string
	}{
		{"tcp:127.0.0.1:80", false, Connection, ""},
		{"tcp:127.0.0.1:80", true, Listener, ""},
		{"listen:127.0.0.1:0", false, Listener, ""},
		{"tcp-listen:127.0.0.1:0", false, Listener, ""},
		{"udp:127.0.0.1:80", false, Datagrams, ""},
		{"udp:127.0.0.1:0", true, Datagrams, ""},
		{"unix:/tmp/s", false, Connection, ""},
		{"unix:/tmp/s", true, Listener, ""},
		{"tcp", false, "", "want tcp:HOST:PORT"},
		{"tcp:", false, "", "want tcp:HOST:PORT"},
		{"tcp:127.0.0.1:0", false, "", "port 0"},
		{"tcp:127.0.0.1", false, "", "want HOST:PORT"},
		{"sctp:127.0.0.1:1", false, "", `no "sctp"`},
		{"fd:x", false, "", "no descriptor number"},
		{"fd:-1", false, "", "no descriptor number"},
	} {
		got, err := Parse(t.Context(), c.text, c.listen)
		switch {
		case c.err == "" && (err != nil || got.Kind != c.kind || got.Name != c.text):
			t.Errorf("Parse(%q) = %+v, %v", c.text, got, err)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("Parse(%q): error %v, want one with %q", c.text, err, c.err)
		}
	}
}
