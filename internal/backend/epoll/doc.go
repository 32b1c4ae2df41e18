// Package epoll is the readiness mechanism of Linux: epoll(7).
//
// # How it waits
//
// An epoll descriptor is itself pollable, so this one is nested, through a gate, in
// the Go runtime's own poller (internal/sys/nest): Wait first asks epoll with a
// timeout of zero, and if there is nothing parks its goroutine like any read on a
// file. The runtime watches the descriptor edge-triggered; that is enough since the
// kernel signals a nested epoll anew for every event that it queues.
//
// # How the contract maps
//
// The kernel record's 64 bits of user data hold the token. Level, oneshot,
// edge and their combination are the kernel's own. Readable asks for EPOLLIN and
// EPOLLRDHUP. EPOLLERR and EPOLLHUP cannot be declined, so an empty interest is
// an edge-triggered oneshot with no bits: at most one event comes, and the
// Poller drops it.
//
// # Quirks
//
//   - A registration belongs to the open file, not to the number. It ends
//     silently when the last duplicate is closed. If a duplicate outlives the
//     registered number, events go on, and EPOLL_CTL_DEL no longer works. Rebuild
//     then moves everything else to a new epoll descriptor.
//   - Regular files and directories are refused by the kernel (EPERM).
//   - EPOLLHUP with EPOLLERR is both a refused connect and a reset connection.
//   - A stream socket that was never connected reports EPOLLOUT|EPOLLHUP.
//   - With a timeout of zero the kernel looks without a lock whether there is anything, and can miss
//     what it has in hand because a thread of the runtime asks at this very moment, which one may while
//     the gate is open. It was seen now and then on Linux 6.1, and not once in 6 million looks on 6.18. The
//     next look finds it, and a Wait that parks is woken by that thread.
//
// Source: epoll(7), epoll_ctl(2), epoll_wait(2).
package epoll
