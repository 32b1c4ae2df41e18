package websocket

import (
	"net"
	"net/http"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"github.com/goetia-go/goetia/httppark"
)

// Gobwas is an echo server. A silent connection has neither a goroutine nor a buffer.
func Gobwas(parker *httppark.Parker) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, rw, _, err := ws.UpgradeHTTP(r, w)
		if err != nil {
			return // the client was told
		}
		// What the client has sent right behind its request is in rw.Reader.
		if _, err := parker.Park(conn, rw.Reader, echoGobwas); err != nil {
			conn.Close()
		}
	})
}

// echoGobwas answers one message. Nothing of the next one is read, since there is no
// buffer that it could get into.
func echoGobwas(conn net.Conn) error {
	data, op, err := wsutil.ReadClientData(conn)
	if err != nil {
		return err
	}
	return wsutil.WriteServerMessage(conn, op, data)
}
