package aio_test

import (
	"errors"
	"net"
	"testing"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// TestIncomingEndsWithTheLoop: it went on for ever with the same error, which was not net.ErrClosed.
func TestIncomingEndsWithTheLoop(t *testing.T) {
	t.Parallel()
	l, err := aio.New()
	if err != nil {
		t.Fatal(err)
	}
	a, err := l.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	closed(t, l)
	cx := future.NewContext(future.WakerFunc(func() {}))
	if _, ready, err := a.PollAccept(cx); !ready || !errors.Is(err, net.ErrClosed) {
		t.Errorf("%t, %v", ready, err)
	}
	if r, ok, ready := a.Incoming().PollNext(cx); ok || !ready {
		t.Errorf("%v, %t, %t", r, ok, ready)
	}
}
