package aio_test

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

func TestCopy(t *testing.T) {
	t.Parallel()
	l := loop(t)
	src, feed := withPeer(t, l)
	dst, drain := withPeer(t, l)
	want := bytes.Repeat([]byte("goetia"), 500_000)
	go func() {
		_, _ = feed.Write(want)
		_ = feed.CloseWrite()
	}()
	got := make(chan []byte, 1)
	go func() {
		b := make([]byte, len(want))
		_, _ = io.ReadFull(drain, b)
		got <- b
	}()
	if n := must(t, l, aio.Copy(dst, src)); n != int64(len(want)) {
		t.Fatalf("copied %d", n)
	}
	if !bytes.Equal(<-got, want) {
		t.Fatal("something else arrived")
	}
}

// TestCopyBackpressure: while the destination takes nothing, the source is not emptied.
func TestCopyBackpressure(t *testing.T) {
	t.Parallel()
	l := loop(t)
	src, feed := withPeer(t, l)
	dst, drain := withPeer(t, l)
	stuck := make(chan int, 1)
	go func() {
		// It ends when the source is closed, and says how much it got rid of.
		n := 0
		for block := make([]byte, 64<<10); ; {
			k, err := feed.Write(block)
			n += k
			if err != nil {
				stuck <- n
				return
			}
		}
	}()
	c := aio.Copy(dst, src)
	last, same := int64(-1), 0
	// Until nothing has moved for a while. The peer never reads, so it must end.
	for same < 20 {
		pause := l.After(5 * time.Millisecond)
		wait(t, l, future.PollFunc[struct{}](func(cx *future.Context) (struct{}, bool) {
			_, copied := c.Poll(cx)
			_, passed := pause.Poll(cx)
			return struct{}{}, copied || passed
		}))
		if c.N() == last {
			same++
		} else {
			last, same = c.N(), 0
		}
	}
	c.Cancel()
	closed(t, src)
	if n := <-stuck; int64(n) < last {
		t.Errorf("sent %d, and %d arrived", n, last)
	}
	_ = drain.Close()
}

// TestCopyBoth: a proxy between two connections hands on the bytes and the ends of either side.
func TestCopyBoth(t *testing.T) {
	t.Parallel()
	l := loop(t)
	a, client := withPeer(t, l)
	b, server := withPeer(t, l)
	p := aio.CopyBoth(a, b)
	done := make(chan error, 1)
	go func() { done <- conversation(client, server) }()
	if m := must(t, l, p); m.There != 7 || m.Back != 5 {
		t.Fatalf("moved %+v", m)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func conversation(client, server *net.TCPConn) error {
	if _, err := client.Write([]byte("request")); err != nil {
		return err
	}
	if err := client.CloseWrite(); err != nil {
		return err
	}
	if b, err := io.ReadAll(server); err != nil || string(b) != "request" {
		return &net.AddrError{Err: "the server read", Addr: string(b)}
	}
	if _, err := server.Write([]byte("reply")); err != nil {
		return err
	}
	if err := server.CloseWrite(); err != nil {
		return err
	}
	if b, err := io.ReadAll(client); err != nil || string(b) != "reply" {
		return &net.AddrError{Err: "the client read", Addr: string(b)}
	}
	return nil
}

// TestCopyBothEndsWithAnError: a reset on one side ends both directions.
func TestCopyBothEndsWithAnError(t *testing.T) {
	t.Parallel()
	l := loop(t)
	a, client := withPeer(t, l)
	b, _ := withPeer(t, l)
	p := aio.CopyBoth(a, b)
	pendingNow(t, p)
	if err := client.SetLinger(0); err != nil {
		t.Fatal(err)
	}
	closed(t, client)
	if r := wait(t, l, p); r.Err == nil {
		t.Error("no error")
	}
}
