package websocket

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"github.com/goetia-go/goetia/httppark"
)

// Coder is an echo server. A silent connection has no goroutine of its handler's; the
// library keeps its buffers.
func Coder(parker *httppark.Parker, limit time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tapped, conn := httppark.Tap(w)
		c, err := websocket.Accept(tapped, r, nil)
		if err != nil {
			return // the client was told
		}
		serve := func(net.Conn) error {
			ctx, cancel := context.WithTimeout(context.Background(), limit)
			defer cancel()
			kind, data, err := c.Read(ctx)
			if err != nil {
				return err
			}
			return c.Write(ctx, kind, data)
		}
		if _, err := parker.Park(conn(), nil, serve); err != nil {
			_ = c.CloseNow()
		}
	})
}
