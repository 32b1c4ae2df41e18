// Package kqueue is the readiness mechanism of macOS and the BSDs: kqueue(2).
//
// # How the contract maps
//
// A registration is up to three knotes of one descriptor: a read filter, which is
// always there, disabled if nobody asks for it, a write filter from when it is first
// asked for, and an exception filter for out-of-band data where the system has one.
// Their udata holds the token. The read filter is also how a registration is found to
// be gone: the kernel removes knotes when their descriptor number is closed, so
// enabling or disabling one without EV_ADD then fails with ENOENT, also if the number
// belongs to another file by now.
//
//   - Level is the kernel's own.
//   - Oneshot and EdgeOneshot are EV_DISPATCH: the knote is disabled as it is
//     delivered, and stays. Where the kernel ignores EV_DISPATCH (it is tried out when
//     a queue is opened), a call disables it. If both filters of a source are armed
//     and one delivers, the other may still deliver once; that is dropped.
//   - Edge is EV_CLEAR. Modify deletes the knotes and adds them again, since only for
//     a new knote is it documented that the kernel looks whether the condition holds
//     already.
//
// Filters of one source that are ready in one fetch make one event. EV_EOF of the read
// filter is ReadClosed, with a socket error in fflags also Error and HangUp; EV_EOF
// of the write filter is HangUp if the read filter says so too or there is an error.
// A mechanism that is asked for one direction cannot tell what the other would say.
//
// # Waiting
//
// A kqueue can be watched by another, but the runtime's poller takes a file only if it
// can be made nonblocking, and kqueue descriptors refuse that on some systems. So a
// Wait blocks a thread in kevent. Notify triggers an EVFILT_USER knote, or writes
// to a pipe where there is none.
//
// # Quirks
//
//   - Adding a write filter for a pipe whose reader is gone fails with EPIPE; the
//     registration stands, and reports Writable and Error once for each arming.
//   - Regular files and directories are refused, although a read filter takes them:
//     they block all the same.
//   - On 32-bit systems udata has room for 20 bits of index and 12 of generation.
//   - A knote goes with the number and not with the file: duplicates are of no
//     consequence.
//
// Nothing here depends on a BSD but open.go, so that it is tested on every host; Plan 9
// is left out because it has no error numbers.
//
// Sources: kqueue(2) of FreeBSD, OpenBSD, NetBSD, DragonFly BSD and macOS.
package kqueue
