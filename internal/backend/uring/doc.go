// Package uring is a readiness mechanism of Linux: polls through io_uring(7).
//
// # How the contract maps
//
// An armed registration is one request to poll, whose user data is the table index
// and the number of this arming; whatever answer has another number is stale.
//
//   - Oneshot and EdgeOneshot are the kernel's oneshot poll, which looks at what is
//     the case as it is asked.
//   - Level is the same, asked again as the next Wait begins.
//   - Edge is a multishot poll. The kernel may end one by itself, when answers
//     overflow; it is then asked again.
//
// Add, Modify and the repeats of level mode only note what the kernel is to be asked.
// The next Wait hands all of that over in the one call that also fetches answers, or
// fetches them from shared memory without a call if nothing is to be asked. While a
// Wait sleeps, changes are handed over at once. So is the removal of a poll that the
// kernel holds, since it keeps the file open.
//
// POLLRDHUP cannot be declined here. Where it is all that holds for a source that
// is waited for in the other direction, a oneshot poll would answer without end, so a
// multishot one takes its place until something else happens.
//
// # How it waits
//
// The ring's descriptor is nested in the Go runtime's poller, see internal/sys/nest.
//
// # Quirks
//
//   - The kernel holds the file of an armed source. If its descriptor is closed
//     without Delete, the connection does not end, and its events go on. What is
//     asked for later goes by the number again, and so to whoever has it then.
//   - What has happened is written down by the thread that had asked. A busy
//     thread is interrupted for that, a sleeping one woken. If the thread ends,
//     its polls are cancelled, and asked for again by the next one.
//   - An answer to a poll that had to wait is what the source's waker says has
//     happened, and nobody looks whether it is so. TCP says "readable and urgent" of
//     whatever arrives. So Priority is not offered, and out-of-band data makes
//     a source Readable that may have nothing to read.
//   - Answers that find no room are kept by the kernel, and fetched by a call.
//   - Regular files, directories and block devices are refused here; the kernel
//     would say that they are always ready.
//   - Files without an inode of their own, such as eventfds, cannot be told apart:
//     closed without Delete and replaced by another one under the same number, one
//     is taken for still registered.
//
// Needed is Linux 5.13, for multishot polls. What the ring can do is tried out when
// it is opened, since emulators and security profiles refuse some of it.
//
// Sources: io_uring_setup(2), io_uring_enter(2).
package uring
