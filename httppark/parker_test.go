package httppark

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"time"
)

// record is a message of a made-up protocol: a length and as many bytes.
func record(s string) string { return string([]byte{byte(len(s))}) + s }

func readRecord(c net.Conn) (string, error) {
	var size [1]byte
	if _, err := io.ReadFull(c, size[:]); err != nil {
		return "", err
	}
	body := make([]byte, size[0])
	_, err := io.ReadFull(c, body)
	return string(body), err
}

// echoing hijacks each connection, and parks it between its messages.
func echoing(t *testing.T, p *Parker) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, err = p.Park(c, rw.Reader, func(c net.Conn) error {
			s, err := readRecord(c)
			if err == nil {
				_, err = io.WriteString(c, record(s))
			}
			return err
		})
		if err != nil {
			t.Error(err)
			c.Close()
		}
	})
}

type ending struct {
	conn net.Conn
	err  error
}

// endings has the Parker tell of connections that have ended.
func endings(p *Parker) chan ending {
	ended := make(chan ending, 10)
	p.Closed = func(c net.Conn, err error) { ended <- ending{c, err} }
	return ended
}

func await(t *testing.T, ended chan ending, want error) {
	t.Helper()
	select {
	case e := <-ended:
		if !errors.Is(e.err, want) {
			t.Errorf("ended with %v, want %v", e.err, want)
		}
	case <-time.After(patient):
		t.Fatal("no connection has ended")
	}
}

func (p *peer) record(want string) {
	p.t.Helper()
	got := make([]byte, len(want)+1)
	if _, err := io.ReadFull(p.r, got); err != nil || string(got) != record(want) {
		p.t.Fatalf("%q, %v", got, err)
	}
}

func TestParker(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		parker := new(Parker)
		ended := endings(parker)
		e := start(&http.Server{Handler: echoing(t, parker)})
		p := e.dial()
		// What comes with the request was read ahead by the server.
		p.send(fmt.Sprintf(get, "") + record("one") + record("two") + record("three")[:2])
		p.record("one")
		p.record("two")
		p.send(record("three")[2:])
		p.record("three")
		for range 20 {
			p.send(record("four") + record("five"))
			p.record("four")
			p.record("five")
		}
		if parker.Len() != 1 || parker.Resumes() < 5 {
			t.Error(parker.Len(), parker.Resumes())
		}
		p.Close()
		await(t, ended, io.EOF)
		if parker.Len() != 0 {
			t.Error(parker.Len())
		}
	})
}

// TestHalfMessage: who sends half a message is cut off, and holds up nobody.
func TestHalfMessage(t *testing.T) {
	t.Parallel()
	parker := &Parker{MessageTimeout: 4 * short}
	ended := endings(parker)
	e := startServer(t, true, false, &http.Server{Handler: echoing(t, parker)})
	slow, quick := e.dial(), e.dial()
	for _, p := range []*peer{slow, quick} {
		p.send(fmt.Sprintf(get, "") + record("on"))
		p.record("on")
	}
	slow.send(record("half")[:2])
	for range 100 {
		quick.send(record("quick"))
		quick.record("quick")
	}
	await(t, ended, os.ErrDeadlineExceeded)
	slow.ended()
	quick.send(record("still"))
	quick.record("still")
	quick.Close()
	await(t, ended, io.EOF)
}

// TestSilentMessages: a connection without messages is closed in time.
func TestSilentMessages(t *testing.T) {
	t.Parallel()
	parker := &Parker{IdleTimeout: short}
	ended := endings(parker)
	e := startServer(t, true, false, &http.Server{Handler: echoing(t, parker)})
	p := e.dial()
	p.send(fmt.Sprintf(get, ""))
	await(t, ended, os.ErrDeadlineExceeded)
	p.ended()
}

func TestParkerClose(t *testing.T) {
	t.Parallel()
	parker := new(Parker)
	ended := endings(parker)
	e := startServer(t, true, false, &http.Server{Handler: echoing(t, parker)})
	e.srv.RegisterOnShutdown(func() { _ = parker.Close() })
	peers := []*peer{e.dial(), e.dial()}
	for _, p := range peers {
		p.send(fmt.Sprintf(get, "") + record("on"))
		p.record("on")
	}
	if err := e.srv.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	for _, p := range peers {
		await(t, ended, net.ErrClosed)
		p.ended()
	}
	near, far := net.Pipe()
	defer far.Close()
	defer near.Close()
	if _, err := parker.Park(near, nil, func(net.Conn) error { return nil }); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
	if _, err := parker.Park(near, nil, nil); !errors.Is(err, errInvalid) {
		t.Error(err)
	}
}

// TestTap: the connection of a library that keeps it, with what the library's reader holds.
func TestTap(t *testing.T) {
	t.Parallel()
	parker := new(Parker)
	ended := endings(parker)
	e := startServer(t, true, false, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tapped, conn := Tap(w)
		if conn() != nil {
			t.Error("a connection that nobody has hijacked")
		}
		// The library.
		c, rw, err := http.NewResponseController(tapped).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		if _, err := parker.Park(conn(), nil, func(net.Conn) error {
			line, err := rw.ReadString('\n')
			if err == nil {
				_, err = io.WriteString(c, line)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})})
	p := e.dial()
	p.send(fmt.Sprintf(get, "") + "one\ntwo\nthr")
	p.send("ee\nfour\n")
	for _, want := range []string{"one\n", "two\n", "three\n", "four\n"} {
		if line, err := p.r.ReadString('\n'); err != nil || line != want {
			t.Fatalf("%q, %v", line, err)
		}
	}
	p.Close()
	await(t, ended, io.EOF)
}
