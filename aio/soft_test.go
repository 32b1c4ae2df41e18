package aio_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
	"github.com/goetia-go/goetia/simnet"
)

// TestByteASecond: a peer that sends one byte a second, through a proxy, in virtual time.
func TestByteASecond(t *testing.T) {
	t.Parallel()
	simulated(t, func(t *testing.T, l *aio.Loop) {
		var n simnet.Network
		host := n.Host("host")
		nl, err := host.Listen("tcp", ":80")
		if err != nil {
			t.Fatal(err)
		}
		a, err := l.NewListener(nl)
		if err != nil {
			t.Fatal(err)
		}
		want := []byte("slow, but it comes")
		began := time.Now()
		go func() {
			c, err := n.Host("client").DialContext(t.Context(), "tcp", "host:80")
			if err != nil {
				t.Error(err)
				return
			}
			for i := range want {
				time.Sleep(time.Second)
				if _, err := c.Write(want[i : i+1]); err != nil {
					t.Error(err)
				}
			}
			closed(t, c)
		}()
		r := aio.BlockOn(l, a.Accept())
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		var got bytes.Buffer
		sink := aio.NewForeign(nopCloser{&got})
		if r := aio.BlockOn(l, aio.Copy(sink, r.Value)); r.Err != nil || r.Value != int64(len(want)) {
			t.Error(r)
		}
		if !bytes.Equal(got.Bytes(), want) || time.Since(began) < time.Duration(len(want))*time.Second {
			t.Errorf("%q after %v", got.Bytes(), time.Since(began))
		}
		closed(t, r.Value)
		closed(t, a)
	})
}

type nopCloser struct{ io.ReadWriter }

func (nopCloser) Close() error { return nil }

// TestPeerThatNeverReads: whoever writes to it waits, for as long as that may be, and can give up.
func TestPeerThatNeverReads(t *testing.T) {
	t.Parallel()
	simulated(t, func(t *testing.T, l *aio.Loop) {
		near, far := simnet.Pipe()
		s, err := l.NewConn(near)
		if err != nil {
			t.Fatal(err)
		}
		w := aio.WriteAll(s, make([]byte, 1<<20))
		r := aio.BlockOn(l, future.Timeout(w, 24*time.Hour))
		if r.Err == nil {
			t.Fatal("written")
		}
		wrote := w.N()
		if wrote == 0 || wrote == 1<<20 {
			t.Errorf("%d bytes written", wrote)
		}
		// Now it does read.
		done := make(chan int, 1)
		go func() {
			b, err := io.ReadAll(far)
			if err != nil {
				t.Error(err)
			}
			done <- len(b)
		}()
		if err := aio.BlockOn(l, aio.CloseWrite(s)); err != nil {
			t.Error(err)
		}
		if n := <-done; n != wrote {
			t.Errorf("%d bytes of %d came", n, wrote)
		}
		closed(t, s)
		closed(t, far)
	})
}
