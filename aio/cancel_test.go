package aio_test

import (
	"crypto/tls"
	"net"
	"testing"
	"time"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// TestGivingUp: what the package's documentation says about futures that are cancelled while they
// wait, for those that have no test of their own. Each is polled, given up, polled again after what
// it waits for has come, and finds all of it.
func TestGivingUp(t *testing.T) {
	t.Parallel()
	l := loop(t)
	t.Run("ReadVec", func(t *testing.T) {
		c, p := withPeer(t, l)
		one, two := make([]byte, 1), make([]byte, 9)
		f := aio.ReadVec(c, one, two)
		pendingNow(t, f)
		future.Cancel(f)
		if _, err := p.Write([]byte("vector")); err != nil {
			t.Fatal(err)
		}
		if n := must(t, l, aio.ReadVec(c, one, two)); string(one)+string(two[:n-1]) != "vector" {
			t.Errorf("%q %q", one, two)
		}
	})
	t.Run("ReadFull", func(t *testing.T) {
		c, p := withPeer(t, l)
		buf := make([]byte, 6)
		f := aio.ReadFull(c, buf)
		if _, err := p.Write([]byte("abc")); err != nil {
			t.Fatal(err)
		}
		must(t, l, c.Peek(make([]byte, 3)))
		pendingNow(t, f)
		for f.N() < 3 { // where looking and reading are two waits
			wait(t, l, l.After(time.Millisecond))
			pendingNow(t, f)
		}
		future.Cancel(f)
		if _, err := p.Write([]byte("def")); err != nil {
			t.Fatal(err)
		}
		if must(t, l, aio.ReadFull(c, buf[f.N():])); string(buf) != "abcdef" {
			t.Errorf("%q", buf)
		}
	})
	t.Run("TLS", func(t *testing.T) {
		server, client := tlsPair(t, l, tls.VersionTLS13)
		if x, y := both(t, l, server.Handshake(), client.Handshake()); x != nil || y != nil {
			t.Fatal(x, y)
		}
		buf := make([]byte, 10)
		for range 20 {
			f := server.Read(buf)
			pendingNow(t, f)
			future.Cancel(f)
			must(t, l, aio.WriteAll(client, []byte("tls")))
			if n := must(t, l, server.Read(buf)); string(buf[:n]) != "tls" {
				t.Errorf("%q", buf[:n])
			}
		}
	})
	t.Run("Foreign", func(t *testing.T) {
		x, y := net.Pipe()
		fx := aio.NewForeign(x)
		buf := make([]byte, 10)
		for range 20 {
			r := fx.Read(buf)
			pendingNow(t, r) // a goroutine reads from here on
			future.Cancel(r)
			if _, err := y.Write([]byte("kept")); err != nil {
				t.Fatal(err)
			}
			if n := must(t, l, fx.Read(buf)); string(buf[:n]) != "kept" {
				t.Errorf("%q", buf[:n])
			}
		}
		closed(t, fx)
		closed(t, y)
	})
	t.Run("Interval", func(t *testing.T) {
		i, err := l.Interval(time.Millisecond, goetia.Burst)
		if err != nil {
			t.Fatal(err)
		}
		first, _ := next(l, i)
		for ready := true; ready; { // until it waits
			var due time.Time
			if due, _, ready = i.PollNext(future.NewContext(future.WakerFunc(func() {}))); ready {
				first = due
			}
		}
		i.Cancel()
		if second, _ := next(l, i); second.Sub(first) != time.Millisecond {
			t.Errorf("%v after the first", second.Sub(first))
		}
		i.Stop()
	})
	for name, f := range map[string]future.Future[time.Time]{
		"After": l.After(time.Hour), "At": l.At(time.Now().Add(time.Hour)),
	} {
		t.Run(name, func(t *testing.T) {
			before := timers(l)
			pendingNow(t, f)
			if n := timers(l); n != before+1 {
				t.Errorf("%d timers, %d before", n, before)
			}
			future.Cancel(f)
			if n := timers(l); n != before {
				t.Errorf("%d timers, %d before", n, before)
			}
		})
	}
}

// timers is how many are set.
func timers(l *aio.Loop) int {
	return l.Reactor().Snapshot(goetia.SnapshotOptions{}).Shards[0].TimersSet
}
