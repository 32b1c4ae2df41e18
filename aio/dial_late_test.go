package aio_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/goetia-go/goetia/aio"
)

// TestDialTimeoutThatIsOver: a time that was left over from something else and was negative stood for
// no limit.
func TestDialTimeoutThatIsOver(t *testing.T) {
	t.Parallel()
	l := loop(t)
	a := listen(t, l)
	d := aio.Dialer{Timeout: -time.Millisecond}
	r := wait(t, l, d.Dial(l, "tcp", a.Addr().String()))
	if !errors.Is(r.Err, os.ErrDeadlineExceeded) {
		t.Fatalf("%v", r)
	}
}
