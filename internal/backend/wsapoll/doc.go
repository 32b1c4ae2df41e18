// Package wsapoll is the mechanism of Windows where \Device\Afd cannot be had:
// WSAPoll.
//
// # How it waits
//
// WSAPoll takes an array of sockets and walks it at every call, and nothing but
// one of these sockets can end it. So the sockets are in groups of at most 128.
// Each group has a goroutine, and with it a thread, that sits in WSAPoll, and a
// pair of connected loopback sockets to wake it. A change or an event costs a walk
// of one group. What a group finds it puts into a queue; Wait sleeps in Go, on a
// channel and a timer, and holds no thread.
//
// Wait looks itself, with one call that does not block, at the sockets that were
// armed since the last Wait and at those that their groups found ready before
// this one began. A source that is ready when it is armed is thus reported at
// once, without its group, and what has been drained meanwhile is not reported.
// The rest it hands to the groups.
//
// Measured (BenchmarkEvent, 1000 idle sockets, Wine 10, two busy cores): an event
// that a group finds makes three calls of WSAPoll and takes 5 to 10 ms in groups
// of 32, 64 or 128, 12 ms in groups of 256 and 26 to 43 ms in groups of 512. In
// Wine a call costs about 12 µs for each socket, on account of its server.
//
// # How the contract maps
//
//   - Oneshot, EdgeOneshot: an entry that has reported is left out of the array
//     until Modify. Arming looks afresh, so the two do not differ.
//   - Level: an entry that has reported is looked at again by the next Wait.
//   - Edge: refused; WSAPoll is level-triggered and keeps nothing between calls.
//   - Priority asks for POLLRDBAND; POLLPRI is an error.
//   - POLLHUP comes as soon as the peer has finished sending, and means
//     ReadClosed. HangUp, Error and ConnectFailed come together, with POLLERR.
//
// POLLHUP cannot be declined. Where it comes to a registration that asked for
// Writable only, and there is no room, the group would spin; it looks at such
// sockets every 10 ms.
//
// # Closed sockets
//
// A call that is under way holds the socket, not its number, and tells its
// closing (POLLNVAL): Closed. Windows gives sockets no identity to ask for, but a
// bound socket keeps its port and a connected stream its peer. Both are recorded
// by Add and compared before an event is reported; if they differ, the number is
// another socket's, and Closed is told instead. Sockets that are not bound, and
// those of other families, cannot be told apart, so Features.ForgetsClosed is
// false.
//
// Add of a number that is registered compares in the same way. If that does not
// decide, and the group is watching, Add ends the group's call, which then says
// whether the earlier socket was closed. If nobody was watching (the earlier
// registration is disarmed), it is replaced.
//
// # Quirks
//
//   - Before Windows 10 version 2004 WSAPoll never reports a failed connection
//     attempt. Features.Readiness then lacks ConnectFailed; use a timeout.
//   - A stream socket that was never connected is not reported.
//   - A group whose call begins just after one of its sockets was closed, without
//     Delete, may sleep on. The first call after an answer lasts 20 ms at most,
//     those after it eight times as long each, up to 30 s, so that it is told.
//   - Wine knows neither duplicated nor inherited socket handles: they are refused
//     as if they were no sockets.
//
// All but the calls is untagged and tested on every host against a simulated
// WinSock.
//
// Source: https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsapoll
package wsapoll
