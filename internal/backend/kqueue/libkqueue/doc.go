// Package libkqueue puts libkqueue, a kqueue in user space, in the place of a BSD's kernel,
// so that the kqueue mechanism can be tested on Linux against an implementation that
// this project has not written. It is built with the tag libkqueue only, and by tests only:
// it needs cgo and the library (scripts/test-libkqueue.sh fetches it).
//
// Version 2.3.1 differs from kqueue(2) in ways that no test of ours can pass over, so this
// package stands between. It keeps a record of each knote, and gives the library
// what it is good at: adding a knote, deleting it, and telling what is ready, in level,
// EV_CLEAR and EV_ONESHOT manner. What it takes upon itself, and what is thereby not shown by
// libkqueue:
//
//   - EV_DISABLE and EV_ENABLE. In the library, adding with EV_DISABLE fails with EFAULT, a
//     disabled knote is ENOENT to the next change, and enabling one that is enabled is
//     EEXIST. Here disabling deletes, and enabling adds.
//   - EV_DISPATCH, for the same reason. Here it is EV_ONESHOT, and the record stays.
//   - ENOENT for a descriptor that was closed or whose number belongs to another file. The
//     library keeps its record of a closed descriptor. Here the file's identity is compared.
//   - Two filters of one descriptor: the second is EFAULT (its epoll_ctl says EEXIST). Here the
//     write filter watches a duplicate.
//   - EV_RECEIPT. The library answers nothing, and loses the changes behind the first. The
//     mechanism is told that there is none, as on NetBSD.
//
// Opening and closing queues is done one at a time: concurrently the library deadlocks.
package libkqueue
