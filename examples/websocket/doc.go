// Package websocket shows WebSocket servers whose connections are parked between their
// messages: with github.com/gobwas/ws, which leaves the connection to its user, and with
// github.com/coder/websocket, which keeps it.
package websocket
