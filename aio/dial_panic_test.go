package aio_test

import (
	"context"
	"runtime"
	"syscall"
	"testing"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// TestDialPanic: a panic of a net.Dialer's Control function ended the program, and runtime.Goexit had
// Dial wait for ever.
func TestDialPanic(t *testing.T) {
	t.Parallel()
	l := loop(t)
	nl := listen(t, l)
	for _, c := range []struct {
		do   func()
		want any
	}{
		{func() { panic("boo") }, "boo"},
		{runtime.Goexit, "runtime.Goexit was called"},
	} {
		var d aio.Dialer
		d.Net.ControlContext = func(context.Context, string, string, syscall.RawConn) error { c.do(); return nil }
		p := panicking(t, l, future.Map(d.Dial(l, "tcp", nl.Addr().String()), func(r future.Result[*aio.Conn]) future.Result[int] {
			return future.Result[int]{Err: r.Err}
		}))
		if p != nil && p.Value != c.want {
			t.Errorf("panicked with %v, want %v", p.Value, c.want)
		}
	}
}
