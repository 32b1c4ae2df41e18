package echo_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/echo"
	"github.com/goetia-go/goetia/cmd/goetia/internal/echotest"
	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
)

// TestServer: with every mechanism of this system.
func TestServer(t *testing.T) {
	for _, m := range echo.Mechanisms(t) {
		t.Run(string(m), func(t *testing.T) {
			echotest.Run(t, echotest.Subject{Pauses: true, Listen: func(drain time.Duration) (echotest.Server, func() echo.Counts, error) {
				s, err := echo.Listen(sock.TCP(netip.MustParseAddrPort("127.0.0.1:0")),
					echo.Options{Mechanism: m, Loops: 2, Drain: drain})
				now := func() echo.Counts {
					return echo.Counts{Accepted: uint64(s.Active()), Pauses: uint64(s.Paused())}
				}
				return s, now, err
			}})
		})
	}
}
