// Package poll waits for sockets to become ready, on every operating system.
//
// A [Poller] is asked one question: which of these sources can be read or
// written now? On Linux it asks epoll, on macOS and the BSDs kqueue, on Solaris and
// illumos an event port, on other Unixes poll(2), on Windows the Auxiliary
// Function Driver beneath WinSock, which turns a completion port into a readiness
// queue. The answer means the same everywhere.
//
//	p, err := poll.New()
//	...
//	src, err := poll.Conn(conn) // an ordinary *net.TCPConn
//	...
//	err = p.Add(src, key, poll.Readable, poll.Oneshot)
//	...
//	events := make([]poll.Event, 128)
//	for {
//		n, err := p.Wait(events, -1)
//		...
//		for _, ev := range events[:n] {
//			// ev.Key says who, ev.Ready says what.
//		}
//	}
//
// # Sources
//
// A source is a raw descriptor or SOCKET ([FD]) or anything with a SyscallConn
// method ([Conn]): *net.TCPConn, *net.UDPConn, *net.UnixConn, their listeners,
// *os.File. The Poller observes it and does nothing else: it neither
// duplicates nor closes it, leaves its blocking mode and its deadlines alone,
// and does not keep it alive. A connection that the program has forgotten is
// finalised by the garbage collector as always, and its registration ends as if
// it had been closed.
//
// Delete a source before closing it. When a program closes first, the entry stays
// in the Poller's table until Delete, until the same number is added again, or
// until the mechanism notices ([Closed]). Once the number is added again, nothing
// of the former source is reported. If it is in use again and not added, epoll
// reports nothing of it under the old key. Other mechanisms promise that as far as
// [Features].ForgetsClosed and ReportsClose say: AFD knows that a socket was closed
// while it is armed and has nothing to report, and not otherwise. io_uring keeps an armed
// source open ([Features].HoldsOpen): there, closing without Delete does not even
// end the connection.
//
// A duplicate (dup, fork, conn.File) shares the open file. On Linux epoll goes
// on watching it after the registered descriptor was closed, for as long as a
// duplicate lives, and nobody can tell it to stop. The Poller drops those events
// and, if they keep coming, moves everything else to a new epoll descriptor, so
// that it does not spin; but there Delete before Close matters most.
//
// # What else can be waited for
//
// AddTimer, AddSignals, AddProcess, AddPath, AddHandle, AddPipe and AddPost register what
// is no descriptor of the program's. Their events mean that something has happened
// since the last one, and a method of what they return says what. [Features].Extras
// names those of this system.
//
// # Concurrency
//
// All methods may be called from any goroutine at any time. Several goroutines
// may Wait on one Poller; each event goes to one of them. Add, Modify and
// Delete take effect on a Wait that is in progress. After Delete has returned,
// no Wait that begins later reports the old key.
//
// # Keys
//
// A [Key] is the caller's own number and comes back with every event. The
// Poller compares generations underneath, so an event for a registration that
// was deleted or replaced is dropped even if the descriptor number is in use
// again.
package poll
