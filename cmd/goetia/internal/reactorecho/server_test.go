package reactorecho

import (
	"testing"

	"github.com/goetia-go/goetia/cmd/goetia/internal/echo"
	"github.com/goetia-go/goetia/cmd/goetia/internal/echotest"
)

func TestServer(t *testing.T) {
	echotest.Run(t, echotest.Subject{Listen: func() (echotest.Server, func() echo.Counts, error) {
		s, err := Listen("127.0.0.1:0", Options{Shards: 2})
		return s, s.count, err
	}})
}
