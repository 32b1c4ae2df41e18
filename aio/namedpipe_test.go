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
