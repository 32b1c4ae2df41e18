// Package httppark lets an unchanged http.Server keep very many idle connections: one that
// is idle costs neither a goroutine nor buffers, and a request over it is served as if it
// had not been parked.
//
//	srv := &http.Server{Handler: mux}
//	l, err := httppark.Listen("tcp", ":8080", httppark.WithServer(srv))
//	...
//	err = srv.Serve(l)
//
// [Wrap] does that for a listener that is there already, one of tls.NewListener included.
//
// # What happens
//
// When the server says that a connection is idle (ConnState), and waits for the next
// request with nothing in its buffer, then the connection lingers for a moment that adapts
// itself ([WithLinger]). If no request comes, the server is told that the connection has
// ended. It gives up the goroutine and the buffers and closes the connection, which
// stays open behind its back, and is watched by a [goetia.Reactor]. When bytes come, Accept
// returns it again. The same is done with a new connection that sends nothing.
//
// A connection that is busy never pays: it is given no timer and no system call. One that is
// parked takes some 650 bytes on Linux, where it gives up its net.TCPConn ([WithThinParking]), and
// 1400 elsewhere, of which package net has 950. A pause costs some 32 microseconds of
// processor time (9 with the net.TCPConn kept), so only what is really idle is parked.
//
// # What is different
//
// Handlers, middleware, hijacking, streaming, timeouts and limits are the server's own and
// stay as they are. ConnState hooks and ConnContext are called as if nothing was
// parked: once for each connection and state, with the same net.Conn. What remains:
//
//   - The hooks have to be set before the listener is made.
//   - The net.Conn that hooks and Hijack see is this package's. Its NetConn method returns
//     the one beneath.
//   - A parked connection without its net.TCPConn refuses Read, Write and deadlines. Its addresses
//     and Close are as always, and NetConn gives it a net.TCPConn again, for good. One that has
//     ended meanwhile has none: in the ConnState hook of its end NetConn returns something that is
//     closed, knows its addresses and is not a *net.TCPConn. So it is, but for the closing,
//     while there is no descriptor for it ([Stats].Starved).
//   - Closing the listener closes parked connections, since nobody could serve them any
//     more. Shutdown and Close of the server do that anyway. New connections that have
//     sent nothing are not given the five seconds that Shutdown gives them if they are
//     parked.
//   - ReadHeaderTimeout begins with the first byte after a pause, not with the fourth. Until
//     the fourth, what was left of IdleTimeout holds as well, as always.
//   - A request that breaks off within its head after a pause makes its connection active before
//     that is closed, as on a new connection. Without parking it is closed as an idle one
//     if all that came of it came at once.
//   - Up to four bytes of line ends before a request are skipped after a pause. net/http does
//     that after a POST only; RFC 9112, section 2.2, asks for it.
//   - With TLS the handshake is made before StateNew and ConnContext are called, which do not
//     see connections that fail it. Its context is not the connection's.
//   - Request.TLS is set, and the connection that a hijacker gets is not a *tls.Conn.
//   - HTTP/2 connections are handed on as they are and are never parked. Nor are those of
//     [http.Server.ServeTLS], which puts TLS above the parking.
//
// # What it is built on
//
// net/http promises nothing about when it reads and what it does at the end of a connection.
// So the first listener of a program leads a server through all situations that matter, in
// memory, and if one comes out otherwise than this package knows it, nothing is parked
// and [Listener.Err] says why. A server that is seen later to do what it must not ends
// parking as well.
//
// # Attacks
//
// A client that sends a byte now and then gets a goroutine for no longer than the server's
// timeouts allow: set ReadHeaderTimeout. Parked connections are closed after IdleTimeout
// ([WithIdleLimit] for those of one listener), and [WithMaxParked] bounds them.
//
// # Beyond HTTP
//
// A [Parker] parks connections that a handler has hijacked, such as WebSockets, between two
// messages. [Tap] is for libraries that keep the connection to themselves.
package httppark
