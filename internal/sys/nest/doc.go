// Package nest lets a goroutine wait for a descriptor of the kernel's own that
// collects events, such as an epoll or an io_uring, in the Go runtime's poller: no
// thread is blocked, and what happens wakes the goroutine without a detour through
// the scheduler's hand-off of a blocked thread. Linux only.
//
// Between the descriptor and the runtime stands a gate, an epoll descriptor that is
// open while somebody parks. Without it, a thread of the runtime would wake for
// everything that happens to the sources of a busy loop, to no end.
//
// A notification is not an event in the kernel: it moves the read deadline of the
// parked goroutine into the past, which costs no system call.
//
// Source: epoll(7).
package nest
