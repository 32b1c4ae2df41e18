package futureecho

import (
	"testing"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/echo"
	"github.com/goetia-go/goetia/cmd/goetia/internal/echotest"
)

// TestServer: with state machines and with coroutines.
func TestServer(t *testing.T) {
	for name, o := range map[string]Options{"future": {Loops: 2}, "coro": {Loops: 2, Coroutines: true}} {
		t.Run(name, func(t *testing.T) {
			echotest.Run(t, echotest.Subject{Pauses: true, Listen: func(drain time.Duration) (echotest.Server, func() echo.Counts, error) {
				o.Drain = drain
				s, err := Listen("127.0.0.1:0", o)
				return s, s.count, err
			}})
		})
	}
}
