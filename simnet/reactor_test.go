package simnet_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/simnet"
)

// open makes a Reactor, of any kind.
func open(t testing.TB, opts ...goetia.Option) *goetia.Reactor {
	t.Helper()
	r, err := goetia.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func watch(t testing.TB) func(*goetia.Watch, error) *goetia.Watch {
	return func(w *goetia.Watch, err error) *goetia.Watch {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
}

type fired chan goetia.Readiness

func (c fired) call(r goetia.Readiness) { c <- r }

// TestReactors: the same with a Reactor that asks no kernel, inside a bubble and outside, and
// with an ordinary one.
func TestReactors(t *testing.T) {
	for name, opts := range map[string][]goetia.Option{
		"simulated": {goetia.WithBackground(), goetia.WithSimulation()},
		"limited":   {goetia.WithBackground(), goetia.WithSimulation(), goetia.WithCallbackLimit(1), goetia.WithShards(3)},
		"ordinary":  {goetia.WithBackground()},
	} {
		t.Run(name, func(t *testing.T) { testReactor(t, open(t, opts...)) })
		if name != "ordinary" {
			t.Run(name+" in a bubble", func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { testReactor(t, open(t, opts...)) })
			})
		}
	}
}

func testReactor(t *testing.T, r *goetia.Reactor) {
	n := &simnet.Network{Buffer: 9, Default: simnet.Link{Latency: time.Millisecond}}
	a, b := connect(t, n)
	defer b.Close()
	readable, writable := make(fired, 8), make(fired, 8)
	rw := watch(t)(r.AfterReadable(a, readable.call))
	ww := watch(t)(r.AfterWritable(a, writable.call))
	if got := <-writable; got != goetia.Writable {
		t.Errorf("fired with %v", got)
	}
	write(t, b, "x")
	if got := <-readable; got != goetia.Readable {
		t.Errorf("fired with %v", got)
	}
	expect(t, a, "x", nil)
	// Back-pressure: writable again when there is room for a third.
	write(t, a, "123456789")
	for _, w := range []*goetia.Watch{rw, ww} {
		if err := w.Rearm(); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, b, "12", nil)
	if !ww.Pending() {
		t.Error("writable with two bytes of nine free")
	}
	expect(t, b, "3", nil)
	if got := <-writable; got != goetia.Writable {
		t.Errorf("fired with %v", got)
	}
	// The end of the stream, and then of the connection.
	if err := b.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got := <-readable; got != goetia.Readable|goetia.ReadClosed {
		t.Errorf("fired with %v", got)
	}
	if err := r.WaitWritable(context.Background(), a); err != nil {
		t.Error(err)
	}
	expect(t, a, "", io.EOF)
	b.Reset()
	if err := rw.Rearm(); err != nil {
		t.Fatal(err)
	}
	if got := <-readable; !got.Has(goetia.Readable | goetia.Error | goetia.HangUp) {
		t.Errorf("fired with %v", got)
	}
	a.Close()
	if err := rw.Rearm(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Rearm: %v", err)
	}
	if _, err := r.AfterReadable(a, readable.call); !errors.Is(err, net.ErrClosed) {
		t.Errorf("AfterReadable: %v", err)
	}
	closedUnderWatch(t, r)
	if st := r.Stats(); st.Watches != 0 || st.Arms != st.Fires {
		t.Errorf("%+v", st)
	}
}

func closedUnderWatch(t *testing.T, r *goetia.Reactor) {
	a, b := simnet.Pipe()
	defer b.Close()
	c := make(fired, 8)
	watch(t)(r.AfterReadable(a, c.call))
	failed := make(chan error)
	go func() { failed <- r.WaitReadable(context.Background(), a) }()
	for r.Stats().Watches < 2 {
		time.Sleep(time.Microsecond)
	}
	a.Close()
	if got := <-c; got != goetia.Closed {
		t.Errorf("fired with %v", got)
	}
	if err := <-failed; !errors.Is(err, net.ErrClosed) {
		t.Errorf("WaitReadable: %v", err)
	}
}

// TestTurn drives a Reactor by hand, in virtual time.
func TestTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t, goetia.WithSimulation())
		n := new(simnet.Network)
		a, b := connect(t, n)
		defer a.Close()
		defer b.Close()
		n.SetLinks(n.Host("client"), n.Host("server"), simnet.Link{Latency: time.Hour})
		c := make(fired, 8)
		w := watch(t)(r.AfterReadable(a, c.call))
		w.SetTimeout(time.Minute)
		start := time.Now()
		write(t, b, "x")
		for _, want := range []struct {
			ready goetia.Readiness
			after time.Duration
		}{{goetia.TimedOut, time.Minute}, {goetia.Readable, time.Hour}} {
			if n, err := r.Turn(-1); n != 1 || err != nil {
				t.Errorf("Turn: %d, %v", n, err)
			}
			if got := <-c; got != want.ready || time.Since(start) != want.after {
				t.Errorf("fired with %v after %v, want %v", got, time.Since(start), want)
			}
			if err := w.Rearm(); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := r.Turn(0); n != 1 || err != nil { // it has not been read
			t.Errorf("Turn: %d, %v", n, err)
		}
		<-c
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		expect(t, a, "x", nil)
		if err := w.Rearm(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Hour, func() { write(t, b, "y") })
		if err := r.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run: %v", err)
		}
		if got := <-c; got != goetia.Readable {
			t.Errorf("fired with %v", got)
		}
	})
}

// TestListenersAndPackets can be waited for, too.
func TestListenersAndPackets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t, goetia.WithSimulation(), goetia.WithBackground())
		n := &simnet.Network{Default: simnet.Link{Latency: time.Second}}
		l := listen(t, n.Host("server"), ":80").(*simnet.Listener)
		s, err := r.RegisterNotifier(l)
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Minute, func() { dial(t, n.Host("client"), l.Addr()).Close() })
		start := time.Now()
		if err := s.WaitReadable(t.Context()); err != nil || time.Since(start) != time.Minute+time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		accept(t, l).Close()
		c := make(fired, 1)
		watch(t)(s.AfterReadable(c.call))
		l.Close()
		if got := <-c; got != goetia.Closed {
			t.Errorf("fired with %v", got)
		}
		client, server := packets(t, n)
		write(t, client, "x")
		if err := r.WaitReadable(t.Context(), server.(net.Conn)); err != nil {
			t.Error(err)
		}
		if err := r.WaitWritable(t.Context(), server.(net.Conn)); err != nil {
			t.Error(err)
		}
		if _, _, err := server.ReadFrom(make([]byte, 1)); err != nil {
			t.Error(err)
		}
		watch(t)(r.AfterReadable(server.(net.Conn), c.call))
		server.Close()
		if got := <-c; got != goetia.Closed {
			t.Errorf("fired with %v", got)
		}
	})
}

// TestStopWithdraws: what was stopped is not asked for any more, and does not fire.
func TestStopWithdraws(t *testing.T) {
	r := open(t, goetia.WithSimulation(), goetia.WithBackground())
	a, b := simnet.Pipe()
	defer a.Close()
	defer b.Close()
	c := make(fired, 8)
	w := watch(t)(r.AfterReadable(a, c.call))
	if !w.Stop() {
		t.Error("Stop was too late")
	}
	write(t, b, "x")
	stop := a.NotifyReady(goetia.Priority, c.call)
	if !stop() || stop() {
		t.Error("NotifyReady's stop does not say what it did")
	}
	if a.NotifyReady(goetia.Readable, c.call)() {
		t.Error("a call was withdrawn that was made")
	}
	if got := <-c; got != goetia.Readable {
		t.Errorf("fired with %v", got)
	}
	stop = a.NotifyReady(0, c.call)
	write(t, b, "x")
	a.Close()
	if got := <-c; got != goetia.Closed || stop() {
		t.Errorf("who asks for nothing was told %v", got)
	}
}

// TestTLS: a tls.Conn over a simulated connection is ready as one over TCP is, with what TLS
// holds back.
func TestTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t, goetia.WithSimulation(), goetia.WithBackground())
		a, b := connect(t, &simnet.Network{Default: simnet.Link{Latency: time.Second}})
		client, server := tls.Client(a, &tls.Config{InsecureSkipVerify: true}), tls.Server(b, &tls.Config{Certificates: []tls.Certificate{certificate(t)}})
		defer client.Close()
		defer server.Close()
		done := make(chan error)
		go func() { done <- server.Handshake() }()
		if err := client.Handshake(); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		go func() { done <- second(client.Write([]byte("12"))) }()
		if err := r.WaitReadable(t.Context(), server); err != nil {
			t.Fatal(err)
		}
		expect(t, server, "1", nil)
		if err := r.WaitReadable(t.Context(), server); err != nil { // one byte is with TLS
			t.Fatal(err)
		}
		expect(t, server, "2", nil)
		if err := <-done; err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := r.WaitReadable(ctx, server); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("WaitReadable: %v", err)
		}
	})
}

func certificate(t testing.TB) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestManyIdle: a day of a thousand connections with idle deadlines takes no time.
func TestManyIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t, goetia.WithSimulation(), goetia.WithBackground())
		n := &simnet.Network{Default: simnet.Link{Latency: time.Second}}
		l := listen(t, n.Host("server"), ":80")
		defer l.Close()
		const conns = 1000
		ends := make(fired, conns)
		start := time.Now()
		for i := range conns {
			c := make(chan *simnet.Conn)
			go func() { c <- dial(t, n.Host("client"), l.Addr()) }()
			far := accept(t, l)
			near := <-c
			t.Cleanup(func() { near.Close(); far.Close() })
			w := watch(t)(r.AfterReadable(far, ends.call))
			w.SetDeadline(start.Add(24 * time.Hour))
			if i%10 == 0 {
				time.AfterFunc(12*time.Hour, func() { _, _ = near.Write([]byte("x")) })
			}
		}
		count := make(map[goetia.Readiness]int)
		for range conns {
			count[<-ends]++
		}
		if count[goetia.Readable] != conns/10 || count[goetia.TimedOut] != conns*9/10 || time.Since(start) != 24*time.Hour {
			t.Errorf("%v after %v", count, time.Since(start))
		}
	})
}

// TestCopy moves much through little, driven by readiness in both directions.
func TestCopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t, goetia.WithSimulation(), goetia.WithBackground())
		n := &simnet.Network{Buffer: 100, Default: simnet.Link{Latency: time.Millisecond, Jitter: time.Millisecond, Bandwidth: 1 << 20}}
		a, b := connect(t, n)
		defer b.Close()
		want := []byte(strings.Repeat("0123456789", 1000))
		go func() {
			defer a.Close()
			for left := want; len(left) > 0; {
				if err := r.WaitWritable(context.Background(), a); err != nil {
					t.Error(err)
					return
				}
				a.SetWriteDeadline(time.Now().Add(time.Nanosecond))
				k, err := a.Write(left)
				if left = left[k:]; err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Error(err)
					return
				}
			}
		}()
		var got bytes.Buffer
		buf := make([]byte, 77)
		for {
			if err := r.WaitReadable(context.Background(), b); err != nil {
				t.Fatal(err)
			}
			k, err := b.Read(buf)
			got.Write(buf[:k])
			if err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%d bytes, want %d", got.Len(), len(want))
		}
	})
}
