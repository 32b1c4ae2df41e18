package aio_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

func TestNamedPipes(t *testing.T) {
	t.Parallel()
	path := fmt.Sprintf(`\\.\pipe\goetia-aio-%d`, os.Getpid())
	p, err := aio.ListenPipe(path)
	if runtime.GOOS != "windows" {
		l := loop(t)
		if !errors.Is(err, errors.ErrUnsupported) || !errors.Is(wait(t, l, aio.OpenPipe(path)).Err, errors.ErrUnsupported) {
			t.Errorf("%v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	l := loop(t)
	for range 3 {
		f := p.Accept()
		pendingNow(t, f)
		future.Cancel(f) // and nobody is lost
		client := must(t, l, aio.OpenPipe(path))
		server := must(t, l, p.Accept())
		want := bytes.Repeat([]byte("pipe"), 50_000)
		got := make([]byte, len(want))
		w, r := both(t, l, aio.WriteAll(client, want), aio.ReadFull(server, got))
		if w.Err != nil || r.Err != nil || !bytes.Equal(got, want) {
			t.Fatal(w, r)
		}
		must(t, l, aio.WriteAll(server, []byte("back")))
		must(t, l, aio.ReadFull(client, got[:4]))
		closed(t, client)
		if r := wait(t, l, aio.Read(server, got)); r.Err != io.EOF {
			t.Errorf("after the client has closed: %v", r)
		}
		closed(t, server)
	}
	if second, err := aio.ListenPipe(path); err == nil {
		t.Log("a second pipe of the same name was made, as Wine 10 does")
		closed(t, second)
	}
	f := p.Accept()
	pendingNow(t, f)
	closed(t, p)
	if r := wait(t, l, f); !errors.Is(r.Err, net.ErrClosed) {
		t.Errorf("after Close: %v", r)
	}
	if r := wait(t, l, aio.OpenPipe(path)); r.Err == nil {
		t.Error("it is open still")
	}
}

// TestGivingUpOpenPipe: a client that waits for a free instance and is given up connects to none that comes
// later, or hangs up at once.
func TestGivingUpOpenPipe(t *testing.T) {
	t.Parallel()
	l := loop(t)
	path := fmt.Sprintf(`\\.\pipe\goetia-aio-give-up-%d`, os.Getpid())
	p, err := aio.ListenPipe(path)
	if errors.Is(err, errors.ErrUnsupported) {
		// OpenPipe is, too; giving it up is that all the same.
		future.Cancel(aio.OpenPipe(path))
		f := aio.OpenPipe(path)
		f.Poll(future.NewContext(future.WakerFunc(func() {})))
		future.Cancel(f)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	accept := p.Accept()
	pendingNow(t, accept)
	first := must(t, l, aio.OpenPipe(path)) // and now there is no free instance
	waits := aio.OpenPipe(path)
	pendingNow(t, waits)
	wait(t, l, l.After(50*time.Millisecond)) // it has tried, and does so again and again
	future.Cancel(waits)
	server := must(t, l, accept)
	client := aio.OpenPipe(path)
	pendingNow(t, client)
	// The one that was given up may have come first, and it takes another instance then.
	var came []future.Result[*aio.Foreign]
	accept = p.Accept()
	c := must(t, l, future.PollFunc[future.Result[*aio.Foreign]](func(cx *future.Context) (future.Result[*aio.Foreign], bool) {
		for {
			r, ready := accept.Poll(cx)
			if !ready {
				return client.Poll(cx)
			}
			came, accept = append(came, r), p.Accept()
		}
	}))
	future.Cancel(accept)
	must(t, l, aio.WriteAll(c, []byte("here")))
	buf := make([]byte, 10)
	for i := 0; ; i++ {
		if i == len(came) {
			came = append(came, wait(t, l, p.Accept()))
		}
		if came[i].Err != nil {
			t.Fatal(came[i].Err)
		}
		got := wait(t, l, aio.Read(came[i].Value, buf))
		closed(t, came[i].Value)
		if got.Err == nil {
			if string(buf[:got.Value]) != "here" {
				t.Errorf("%q", buf[:got.Value])
			}
			break
		}
	}
	closed(t, c)
	closed(t, first)
	closed(t, server)
}
