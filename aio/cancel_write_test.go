package aio_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"testing"
	"time"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// fill writes until there is no room, and returns how many bytes were taken. On Windows the first
// write that is not ready may still find room, when what was taken before it is with the system.
func fill(t *testing.T, l *aio.Loop, w aio.Writer) (total int) {
	t.Helper()
	block := bytes.Repeat([]byte{'x'}, 16<<10)
	for idle := 0; idle < 5; {
		f := aio.Write(w, block)
		r, ready := f.Poll(future.NewContext(future.WakerFunc(func() {})))
		if !ready {
			future.Cancel(f)
			wait(t, l, l.After(5*time.Millisecond))
			idle++
			continue
		}
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		total += r.Value
		idle = 0
	}
	return total
}

// TestGivingUpWrites: what the package's documentation says about operations that write, when they wait
// for room and are given up.
func TestGivingUpWrites(t *testing.T) {
	t.Parallel()
	l := loop(t)
	// arrives wants the peer to read so many x and then a text, to the end.
	arrives := func(t *testing.T, r io.Reader, total int, text string) {
		t.Helper()
		got, err := io.ReadAll(r)
		if want := append(bytes.Repeat([]byte{'x'}, total), text...); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes, %v, and the end %q; want %d and %q", len(got), err, got[max(0, len(got)-20):], len(want), text)
		}
	}
	for name, begin := range map[string]func(c *aio.Conn) (cancel func(), taken func() int){
		"WriteVec": func(c *aio.Conn) (func(), func() int) {
			f := aio.WriteVec(c, []byte("no"), []byte("thing"))
			pendingNow(t, f)
			return func() { future.Cancel(f) }, func() int { return 0 }
		},
		"WriteAll": func(c *aio.Conn) (func(), func() int) {
			f := aio.WriteAll(c, []byte("nothing"))
			pendingNow(t, f)
			return f.Cancel, f.N
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, p := withPeer(t, l)
			total := fill(t, l, c)
			cancel, taken := begin(c)
			cancel()
			text := "nothing"[:taken()] + "end"
			done := make(chan struct{})
			go func() {
				defer close(done)
				arrives(t, p, total, text)
			}()
			must(t, l, aio.WriteAll(c, []byte("end")))
			if err := wait(t, l, c.CloseWrite()); err != nil {
				t.Error(err)
			}
			<-done
		})
	}
	t.Run("Foreign", func(t *testing.T) {
		x, y := net.Pipe()
		f := aio.NewForeign(x)
		must(t, l, f.Write([]byte("taken ")))
		w, flush := f.Write([]byte("nothing")), aio.Flush(f)
		pendingNow(t, w)
		future.Cancel(w)
		pendingNow(t, flush)
		future.Cancel(flush)
		done := make(chan string)
		go func() {
			b, _ := io.ReadAll(y)
			done <- string(b)
		}()
		if err := wait(t, l, aio.Flush(f)); err != nil {
			t.Error(err)
		}
		must(t, l, aio.WriteAll(f, []byte("end")))
		closed(t, f)
		if got := <-done; got != "taken end" {
			t.Errorf("%q", got)
		}
	})
	t.Run("TLS", func(t *testing.T) {
		server, client := tlsPair(t, l, tls.VersionTLS13)
		if x, y := both(t, l, server.Handshake(), client.Handshake()); x != nil || y != nil {
			t.Fatal(x, y)
		}
		total := fill(t, l, server)
		for _, f := range []interface{ Cancel() }{
			begun(t, server.Write([]byte("nothing"))), begun(t, aio.Flush(server)), begun(t, aio.CloseWrite(server)),
		} {
			f.Cancel()
		}
		got := make([]byte, total+3)
		r, w := both(t, l, aio.ReadFull(client, got), aio.WriteAll(server, []byte("end")))
		if r.Err != nil || w.Err != nil {
			t.Fatal(r, w)
		}
		arrives(t, bytes.NewReader(got), total, "end")
		if err := wait(t, l, aio.CloseWrite(server)); err != nil {
			t.Error(err)
		}
		if r := wait(t, l, client.Read(got)); r.Err != io.EOF {
			t.Error(r)
		}
	})
	t.Run("CopyBoth", func(t *testing.T) {
		a, client := withPeer(t, l)
		b, server := withPeer(t, l)
		c := aio.CopyBoth(a, b)
		if _, err := client.Write([]byte("moved")); err != nil {
			t.Fatal(err)
		}
		wait(t, l, future.PollFunc[struct{}](func(cx *future.Context) (struct{}, bool) {
			if r, ready := c.Poll(cx); ready {
				t.Fatal(r)
			}
			return struct{}{}, c.Moved().There == 5
		}))
		buf := make([]byte, 10)
		if _, err := io.ReadFull(server, buf[:5]); err != nil || string(buf[:5]) != "moved" {
			t.Errorf("%q, %v", buf[:5], err)
		}
		c.Cancel()
		for _, way := range []struct {
			from *net.TCPConn
			to   *aio.Conn
		}{{client, a}, {server, b}} {
			if _, err := way.from.Write([]byte("kept")); err != nil {
				t.Fatal(err)
			}
			if n := must(t, l, way.to.Read(buf)); string(buf[:n]) != "kept" {
				t.Errorf("%q", buf[:n])
			}
		}
	})
}

// begun polls a future once, which must wait.
func begun[T any](t *testing.T, f future.Future[T]) interface{ Cancel() } {
	t.Helper()
	pendingNow(t, f)
	return f.(interface{ Cancel() })
}
