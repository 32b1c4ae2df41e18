package idle

import (
	"bufio"
	"io"
	"net"
	"net/http"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/valyala/fasthttp"

	"github.com/goetia-go/goetia/httppark"
)

var webRivals = []contestant{
	{name: "fasthttp", serve: func(addr string) error { return serveFast(addr, false) }, talk: talkHTTP},
	{name: "fasthttp, ReduceMemoryUsage", serve: func(addr string) error { return serveFast(addr, true) }, talk: talkHTTP},
	{name: OursWebSocket, serve: serveParkedWebSocket, talk: talkWebSocket},
	{name: "net/http and a goroutine, WebSocket (gobwas/ws)", serve: serveWebSocket, talk: talkWebSocket},
}

func serveFast(addr string, reduce bool) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	srv := &fasthttp.Server{
		Handler:           func(ctx *fasthttp.RequestCtx) { ctx.SetBodyString(hello) },
		ReduceMemoryUsage: reduce,
		Concurrency:       maxConns,
	}
	go func() { _ = srv.Serve(l) }()
	return nil
}

// message echoes one message.
func echoFrame(c net.Conn) error {
	data, op, err := wsutil.ReadClientData(c)
	if err == nil {
		err = wsutil.WriteServerMessage(c, op, data)
	}
	return err
}

func serveParkedWebSocket(addr string) error {
	parker := new(httppark.Parker)
	return park("tcp", addr, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, rw, _, err := ws.UpgradeHTTP(r, w)
		if err != nil {
			return
		}
		if _, err := parker.Park(c, rw.Reader, echoFrame); err != nil {
			c.Close()
		}
	})})
}

func serveWebSocket(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	background(l, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _, _, err := ws.UpgradeHTTP(r, w)
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			for echoFrame(c) == nil {
			}
		}()
	})})
	return nil
}

// talkWebSocket opens a WebSocket and has one message echoed.
func talkWebSocket(c net.Conn) error {
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"); err != nil {
		return err
	}
	r := bufio.NewReader(c)
	if _, err := http.ReadResponse(r, nil); err != nil {
		return err
	}
	if err := wsutil.WriteClientText(c, []byte(hello)); err != nil {
		return err
	}
	_, err := wsutil.ReadServerText(struct {
		io.Reader
		io.Writer
	}{r, c})
	return err
}
