// Package aio is input and output as futures: sockets, pipes, timers, signals, processes, files
// and name resolution, waited for without a goroutine each.
//
//	loop, err := aio.New()
//	...
//	l, err := loop.Listen("tcp", "localhost:7000")
//	...
//	local := loop.NewLocal(future.LocalOptions{})
//	future.Spawn(local, serve(l)) // polls l.Accept(), conn.Read(b), ...
//	err = local.Run(ctx)
//
// Every operation comes in two forms. Methods such as [Conn.Read] return a
// [future.Future], for combinators. Their Poll counterparts, such as [Conn.PollRead], are called
// from a Poll method of the program's own with its [future.Context], and allocate nothing. Both
// first try the operation without blocking; only if it would block do they ask the reactor to
// wake the context's waker, and then try once more, so that nothing that comes in between is missed.
//
// # Loops
//
// A [Loop] is a [goetia.Reactor] that is driven by whoever waits. [BlockOn] turns it on the calling
// goroutine if nobody else does, and parks otherwise; [Loop.NewLocal] makes an executor whose
// idle time is the reactor's; a [NetConn] that blocks in Read drives it, too. So there is no
// helper goroutine, and nothing happens on a Loop while nobody waits in one of these ways. The
// loop of [Default] is the exception: it drives itself, and futures on it can be polled from
// anywhere.
//
// # Giving up
//
// A future of this package that is cancelled, or forgotten, has not done its work by halves
// unless the table says so. "Keeps" says that nothing is lost: what has arrived stays there for
// the next operation.
//
//	operation                                   if it is cancelled
//	Conn Read, ReadVec, Peek                    keeps: no byte is taken
//	Conn Write, WriteVec                        keeps: no byte was written
//	Flush                                       keeps: what was taken is still being written
//	ReadFull, WriteAll, Copy, CopyBoth          may have moved a part; N tells how much
//	Listener Accept, Incoming                   keeps: the connection is there for the next Accept
//	Dial                                        closes what it has opened
//	PacketConn Receive, Peek                    keeps: no datagram is taken
//	PacketConn Send, SendTo                     keeps: no datagram was sent
//	PipeListener Accept                         keeps: the client is there for the next Accept
//	OpenPipe                                    closes what it has opened
//	Foreign Read, Write                         keeps: what a read brings is for the next one
//	TLS Handshake                               the connection is of no more use: close it
//	TLS Read, Write                             keeps
//	After, At                                   the timer is stopped
//	Interval, Signals Next                      keeps: the tick or signal comes with the next poll
//	CloseWrite                                  the direction may be ended or not; once more ends it
//	Process Wait                                keeps: the status is there for the next Wait
//	ReadWith, WriteWith                         as the function that was given
//	Files, Lookup*                              the work goes on unseen, and its result is dropped
//
// One task at a time reads from an object, and one writes to it; they may be two tasks, on two
// executors. A second reader takes the place of the first, which is then not woken.
// Close may be called from anywhere, and has those who wait fail with net.ErrClosed.
//
// # Systems
//
// On Unix an operation is one system call that does not block. What a Loop has accepted or dialed
// there is a descriptor without a net.Conn, of which [Conn.Detach] makes one. On Windows sockets of package net are
// overlapped, and cannot be asked to do something only if it does not block: there, reads ask how
// much has come first, and writes are taken, up to 64 KiB at a time, and written by
// a goroutine. Neither changes a socket's blocking mode. What cannot be waited for on a system at
// all, such as a terminal on Windows, is served by a goroutine for as long as an operation takes.
package aio
