package aio_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// TestGivingUpFiles: whether the pool has begun with an operation that is given up, or has done it, nobody
// waits for it, and the file can be used as before.
func TestGivingUpFiles(t *testing.T) {
	t.Parallel()
	l := loop(t)
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	must(t, l, aio.WriteFile(name, []byte("hello"), 0o600))
	f := must(t, l, aio.OpenFile(name, os.O_RDWR, 0))
	buf := make([]byte, 5)
	for what, start := range map[string]func() (poll func() error, cancel func()){
		"OpenFile": func() (func() error, func()) { return given(aio.OpenFile(name, os.O_RDONLY, 0)) },
		"ReadAt":   func() (func() error, func()) { return given(f.ReadAt(make([]byte, 5), 0)) },
		"WriteAt":  func() (func() error, func()) { return given(f.WriteAt([]byte("hello"), 0)) },
		"Stat":     func() (func() error, func()) { return given(f.Stat()) },
		"Sync":     func() (func() error, func()) { return given(f.Sync()) },
		"Truncate": func() (func() error, func()) { return given(f.Truncate(5)) },
		"ReadFile": func() (func() error, func()) { return given(aio.ReadFile(name)) },
		"WriteFile": func() (func() error, func()) {
			return given(aio.WriteFile(filepath.Join(dir, "other"), []byte("x"), 0o600))
		},
		"ReadDir":    func() (func() error, func()) { return given(aio.ReadDir(dir)) },
		"Lookup":     func() (func() error, func()) { return given(aio.Lookup("ip4", "localhost")) },
		"LookupAddr": func() (func() error, func()) { return given(aio.LookupAddr("127.0.0.1")) },
	} {
		t.Run(what, func(t *testing.T) {
			for _, polls := range []int{0, 1} {
				poll, cancel := start()
				for range polls {
					_ = poll()
				}
				cancel()
				cancel()
				if n := must(t, l, f.ReadAt(buf, 0)); n != 5 || string(buf) != "hello" {
					t.Errorf("polled %d times before: %q", polls, buf)
				}
			}
		})
	}
	poll, cancel := given(f.Close())
	_ = poll()
	cancel()
	// It may have been done or not.
	if r := wait(t, l, f.Close()); r.Err != nil && !errors.Is(r.Err, os.ErrClosed) {
		t.Error(r)
	}
	// What goes on unseen ends. A file that was opened for nobody is the garbage collector's to close,
	// and until then Windows removes none.
	if err := future.DefaultPool().Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(time.Minute); os.Remove(name) != nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the file is open still")
		}
		runtime.GC()
	}
}

var errPending = errors.New("not ready")

// given is a future as functions, whatever its type.
func given[T any](f future.Future[future.Result[T]]) (poll func() error, cancel func()) {
	cx := future.NewContext(future.WakerFunc(func() {}))
	return func() error {
		r, ready := f.Poll(cx)
		if !ready {
			return errPending
		}
		if c, ok := any(r.Value).(*aio.File); ok && r.Err == nil && c != nil {
			_ = c.File().Close()
		}
		return r.Err
	}, func() { future.Cancel(f) }
}

// TestGivingUpLookup: the resolver is told that nobody waits any more.
func TestGivingUpLookup(t *testing.T) {
	t.Parallel()
	asked, told := make(chan struct{}, 10), make(chan struct{}, 10)
	r := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		asked <- struct{}{}
		<-ctx.Done()
		told <- struct{}{}
		return nil, ctx.Err()
	}}
	f := aio.LookupWith(r, "ip4", "example.test.")
	pendingNow(t, f)
	<-asked
	future.Cancel(f)
	select {
	case <-told:
	case <-time.After(time.Minute):
		t.Error("it goes on")
	}
}

// TestGivingUpPackets: no datagram is lost to somebody who has looked, and none is sent by somebody who
// has not been polled.
func TestGivingUpPackets(t *testing.T) {
	t.Parallel()
	l := loop(t)
	a, b := packets(t, l, "udp4", "127.0.0.1:0"), packets(t, l, "udp4", "127.0.0.1:0")
	buf := make([]byte, 10)
	for i := range 20 {
		look := b.Peek(buf)
		pendingNow(t, look)
		if i%2 == 0 {
			future.Cancel(look)
		}
		future.Cancel(a.Send([]byte("no"), addrOf(b)))
		future.Cancel(a.SendTo([]byte("no"), b.LocalAddr()))
		if err := wait(t, l, a.Send([]byte{'0' + byte(i)}, addrOf(b))); err != nil {
			t.Fatal(err)
		}
		wait(t, l, l.After(0)) // the reactor finds out
		future.Cancel(look)
		if d := must(t, l, b.Receive(buf)); d.N != 1 || buf[0] != '0'+byte(i) {
			t.Fatalf("received %q", buf[:d.N])
		}
	}
}

// TestGivingUpIncoming: who connects while a server looks away is there when it looks again.
func TestGivingUpIncoming(t *testing.T) {
	t.Parallel()
	l := loop(t)
	nl := listen(t, l)
	in := nl.Incoming()
	for range 20 {
		if _, _, ready := in.PollNext(future.NewContext(future.WakerFunc(func() {}))); ready {
			t.Fatal("nobody has connected")
		}
		in.Cancel()
		p, err := net.Dial("tcp", nl.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		wait(t, l, l.After(0))
		r, ok := next(l, in)
		if !ok || r.Err != nil || r.Value.RemoteAddr().String() != p.LocalAddr().String() {
			t.Fatalf("%v, %t", r, ok)
		}
		closed(t, r.Value)
		closed(t, p)
	}
}
