// Package simnet is a network that exists in memory only, for tests of programs that use
// package net's interfaces or package goetia's Reactor.
//
//	var n simnet.Network
//	server, client := n.Host("server"), n.Host("client")
//	n.SetLink(client, server, simnet.Link{Latency: 20 * time.Millisecond})
//	l, err := server.Listen("tcp", ":80")
//	conn, err := client.DialContext(ctx, "tcp", "server:80")
//
// A [Network] has hosts, a [Host] listens and dials, and between two hosts there is a [Link] in
// either direction, with a latency, a bandwidth and faults. [Pipe] makes two connected
// ends without any of that. Connections are net.Conns with TCP's behaviour: a stream in order, bounded
// buffers that make a writer wait, half-closes, resets, deadlines. Their errors are those that
// package net gives on the system that the test runs on.
//
// # Readiness
//
// [Conn], [Listener] and [PacketConn] implement goetia.Notifier, so a Reactor takes them as it takes
// a *net.TCPConn: one from goetia.New(goetia.WithSimulation()), which asks no kernel, and
// any other as well. Listeners are no net.Conns; goetia.Reactor.RegisterNotifier takes them.
//
// # Virtual time
//
// Nothing here leaves the process, blocks a thread or starts a goroutine that stays. Whoever
// waits does so on a sync.Cond, and what is under way arrives by time.AfterFunc. So inside a
// testing/synctest bubble all waiting is durable, and an hour that passes takes no time at
// all. Make the Network inside the bubble, and do not use it outside.
//
// # Determinism
//
// What arrives at the same moment arrives in the order in which it was sent. Chance, which is
// in jitter and loss, comes from [Network.Seed]. If the program under test sends in the
// same order and at the same times, then everything happens the same again.
//
// # What is left out
//
// Acknowledgements take no time: room in a writer's buffer is free as soon as the reader has
// read. There are no retransmissions: while a link is down a stream stands still, and goes on
// one latency after it comes back; no connection gives up by itself, but for Dial after two
// minutes. After a reset each read and write returns that, where Linux does so once and goes on
// with io.EOF and EPIPE. Neither are there congestion, keep-alives, out-of-band data, multicast or
// Unix-domain sockets.
package simnet
