package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/gobwas/ws"
)

// handshake is a request and its answer.
type handshake struct {
	answer   []byte
	upgraded bool
}

// parseRequest answers an HTTP request: with the page, or by becoming a WebSocket.
func parseRequest(b []byte) (h *handshake, n int, err error) {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 {
		return nil, 0, nil
	}
	n = end + 4
	if bytes.HasPrefix(b, []byte("GET / ")) {
		head := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", len(page))
		return &handshake{answer: append([]byte(head), page...)}, n, nil
	}
	var out bytes.Buffer
	_, err = ws.Upgrade(struct {
		io.Reader
		io.Writer
	}{bytes.NewReader(b[:n]), &out})
	// If it fails it has said so in HTTP, which the client is still to get.
	return &handshake{answer: out.Bytes(), upgraded: err == nil}, n, nil
}

// longest is what somebody may say at once.
const longest = 64 << 10

var (
	errUnmasked = errors.New("a client's frame is not masked")
	errLong     = errors.New("somebody says too much at once")
	errPieces   = errors.New("fragments are not understood here")
)

// parseFrame finds a client's frame.
func parseFrame(b []byte) (f ws.Frame, n int, err error) {
	r := bytes.NewReader(b)
	if f.Header, err = ws.ReadHeader(r); err == io.EOF || err == io.ErrUnexpectedEOF {
		return f, 0, nil // there is more to come
	}
	switch {
	case err != nil:
		return f, 0, err
	case !f.Header.Masked:
		return f, 0, errUnmasked
	case f.Header.Length > longest:
		return f, 0, errLong
	case !f.Header.Fin || f.Header.OpCode == ws.OpContinuation:
		return f, 0, errPieces
	case int64(r.Len()) < f.Header.Length:
		return f, 0, nil
	}
	begin := len(b) - r.Len()
	n = begin + int(f.Header.Length)
	f.Payload = append([]byte(nil), b[begin:n]...)
	ws.Cipher(f.Payload, f.Header.Mask, 0)
	return f, n, nil
}
