// Package goetia calls a function when an ordinary net.Conn becomes ready, on every
// operating system, and holds neither a goroutine nor a buffer until then.
//
//	watch, err := goetia.AfterReadable(conn, func(goetia.Readiness) {
//		// conn.Read will not block
//	})
//
// It is like time.AfterFunc for connections: the function runs in its own goroutine, once.
// [Watch.Rearm] has it run once more, [Watch.Stop] not at all, and [Watch.SetTimeout] at the
// latest then. [WaitReadable] blocks instead. The connection stays the caller's own: it is
// read, written, given deadlines and closed as if nobody watched.
//
// # Which connections
//
// Everything beneath which there is a descriptor: TCP, UDP and Unix connections and
// their listeners' kin, *tls.Conn, and wrappers that have a NetConn or a SyscallConn method.
// Pipes, terminals and raw descriptors go through [Reactor.Register]. Connections without
// a descriptor can take part by telling their readiness themselves ([Notifier]).
//
// A connection can hold bytes that its reader has not seen: TLS decrypts whole
// records. They count as readable. Of a *tls.Conn, and of a struct that embeds one, this package
// knows what it holds; other layers say it with a Buffered method ([Bufferer]), or are
// wrapped with [Observe].
//
// # Closing
//
// Each time that a watch is armed, it fires exactly once or is stopped. If the
// connection is closed under it, it fires with [Closed]. Windows tells at once. Epoll and
// kqueue forget a closed descriptor without a word, so there it is found by a sweep
// ([WithSweep]) or when the number is used again; a program that wants to be told at once
// calls [Source.Close] first. An event never reaches a watch of another connection.
//
// A pending watch keeps its connection alive. One that has fired or was stopped does not for
// longer than two sweeps: if the program forgets both, the connection is finalised as
// always. A connection that is forgotten while its watch is pending stays open until its
// peer closes it or a deadline passes, since the callback may want it.
//
// # Reactors
//
// The functions of this package use the [Default] Reactor, which drives itself with one
// goroutine while there is something to wait for. [New] makes others: with several shards,
// with a bounded number of goroutines for callbacks, without any goroutine
// ([Reactor.Turn], [Reactor.Run]), or without a kernel, for testing/synctest. On Linux the
// driving goroutine is parked in the Go runtime's poller and holds no thread; on other
// systems it holds one.
//
// When a goroutine for each connection is the better choice, which it often is, is the
// subject of docs/goroutines.md.
package goetia
