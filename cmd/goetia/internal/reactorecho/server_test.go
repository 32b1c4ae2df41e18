package reactorecho

import (
	"testing"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/echo"
	"github.com/goetia-go/goetia/cmd/goetia/internal/echotest"
)

func TestServer(t *testing.T) {
	echotest.Run(t, echotest.Subject{Listen: func(drain time.Duration) (echotest.Server, func() echo.Counts, error) {
		s, err := Listen("127.0.0.1:0", Options{Shards: 2, Drain: drain})
		return s, s.count, err
	}})
}
