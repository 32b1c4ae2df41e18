// Package pollfd is the readiness mechanism that every Unix has: poll(2).
//
// # How it waits
//
// The registrations that are armed are an array that the kernel walks at every
// call, so a Wait costs time in proportion to them, and one thread sleeps in it.
// Wait copies the array before it sleeps; changes go to the original. A change
// that the sleeping call must know of ends the sleep through a wake-up
// descriptor at the head of the array: arming more than it watches, and
// withdrawing what it watches, since the kernel keeps a descriptor that is
// being polled open, and the peer of a closed socket would hear of it only when
// the poll ends. Linux has ppoll(2) with nanoseconds; elsewhere the timeout is
// rounded up to milliseconds.
//
// # How the contract maps
//
// poll is level-triggered and keeps nothing between calls.
//
//   - Level: the kernel's own.
//   - Oneshot: after one event the entry's descriptor is -1, which the kernel
//     skips, until Modify.
//   - EdgeOneshot: the same, since arming looks afresh.
//   - Edge: refused. What was ready in the last call is ready in the next;
//     whether something happened in between cannot be known.
//
// If more is ready than fits, the next Wait begins where this one ended.
//
// # Closed descriptors
//
// poll names descriptors by number. To tell a number that was closed and is in
// use again, Add records what fstat(2) says (device, inode, type), and every event
// costs one fstat to compare: an event of another file ends the registration
// and is not passed on. So does a closed number (POLLNVAL). Nothing is reported,
// as with epoll: a call that sleeps while its descriptor is closed does not
// notice, and an answer that comes only sometimes is worse than none.
//
// On Linux each socket and each pipe has an inode number of its own. What Linux
// makes from its one anonymous inode (eventfd, timerfd, signalfd, epoll) cannot
// be told apart. On other systems only pipes and the like are sure to have
// inodes and sockets may all have the same, so there a socket closed without
// Delete may be taken for a later one with its number; Features say so.
//
// Measured (BenchmarkEvent, Linux, minima of 40 runs): the comparison costs as
// much as 20 idle sources do, a third of an event if there are none and 1 % of
// one among 1000. Asking with a timeout of zero first is not worth it: a call
// that finds something ready does not sleep anyway, and one that does not would
// walk the array twice.
//
// # Quirks
//
//   - POLLRDHUP is on Linux, FreeBSD and illumos only. Elsewhere the end of a
//     stream is Readable, and ReadClosed comes only when both directions ended.
//   - macOS says POLLHUP when either direction has ended, and then no POLLOUT.
//     There it means Readable, Writable and ReadClosed, and never HangUp. Devices
//     are refused, since its poll cannot serve them.
//   - Only Linux reports a refused or reset connection as POLLERR with POLLHUP.
//     Elsewhere ConnectFailed is not reported; the next call on the socket
//     returns the error.
//   - close(2) of a descriptor that a sleeping call polls takes effect when that
//     call returns: delete, then close.
//   - Regular files and directories are always ready for poll. They are refused,
//     as epoll does.
//
// Source: poll(2) of each system, fstat(2), POSIX.1-2024.
package pollfd
