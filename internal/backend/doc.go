// Package backend is the contract between the portable Poller and the
// mechanisms that do the waiting. It holds one small interface, the vocabulary
// that both sides speak, and the rules below. It has no build tags and knows
// no operating system.
//
// # Division of work
//
// The Poller (package poll) validates arguments, keeps the table of
// registrations, turns tokens into user keys, drops stale events, lets one
// goroutine at a time into Wait, does the timeout arithmetic, coalesces
// notifications and closes once. A mechanism holds only the state that its
// kernel forces on it.
//
// # Concurrency
//
//   - Add, Modify and Delete are never called concurrently with one another.
//   - Wait is never called concurrently with itself.
//   - Add, Modify and Delete may run while a Wait is in progress, and take
//     effect on that Wait: a source added while the mechanism sleeps wakes it.
//   - Notify may be called at any time, by anyone, until Close begins.
//   - Close is called once, when no other call is in progress and none will
//     follow.
//
// # Tokens
//
// A [Token] names one registration: a table index that is reused, and a
// generation that makes each use distinct. A mechanism returns the token that
// it was given, whole. An event is stale when its token is not, or no longer,
// the one in the table; the Poller drops it. A mechanism must therefore attach
// the token to the kernel's own record of the registration and must never find
// it again by descriptor number, since numbers are reused.
//
// # Readiness
//
// Readiness is a promise about the next call, not about bytes:
//
//   - Readable: a read or accept will not block. That includes end of stream,
//     a pending error and a connection waiting in a listener.
//   - Writable: a write will not block, or a connect has succeeded. That
//     includes the case that the write will fail.
//   - Priority: out-of-band data, or what the kernel calls exceptional.
//   - ReadClosed: the peer has finished sending. Reads return what is left and
//     then end of stream. Comes with Readable if that was asked for.
//   - HangUp: both directions are finished, or the connection was reset.
//   - Error: an error is pending on the source (SO_ERROR holds it). Comes with
//     Readable and Writable as far as they were asked for.
//   - ConnectFailed: a connection attempt failed. Kernels that do not tell a
//     failed attempt from a broken connection report it for both, together
//     with Error and HangUp; [Features.ExactConnectFailed] says which.
//   - Closed: the source was closed while registered, and this registration
//     has ended. Only mechanisms with [Features.ReportsClose] can know. It is
//     the last event of a token and comes alone.
//
// Readable, Writable and Priority are reported only if the interest asks for
// them. ReadClosed is reported only to those who asked for Readable. HangUp,
// Error, ConnectFailed and Closed come unasked, except to a registration that
// is disarmed or has an empty interest, which is silent.
// One Wait returns at most one event for one token; several conditions of one
// source are merged into it.
//
// # Modes
//
//   - Oneshot: after one event the registration is disarmed; Modify arms it.
//   - Level: every Wait reports the source for as long as it is ready.
//   - Edge: an event is reported when a source becomes ready, and may be
//     repeated when more arrives. Whoever gets one must read (or write) until
//     the call would block; until then there may be no further event.
//   - EdgeOneshot: one event, then disarmed like Oneshot.
//
// Add and Modify always look afresh: a source that is ready when it is armed
// is reported, in every mode. A mode or interest that the mechanism cannot
// honour is refused with an error wrapping [ErrUnsupported]; it is never
// replaced by a weaker one.
//
// # Calls
//
// Add registers handle h under tok. If the Poller already has a registration
// under the same handle number, old is its token, and otherwise zero. The
// mechanism then decides whether the old registration still stands: if so it
// returns ErrExists and changes nothing; if its descriptor was closed and the
// number reused, it forgets old and adds the new one. Where a source can be in
// one mechanism only (Features.Exclusive), one that is elsewhere is refused with an
// error wrapping ErrUnsupported.
//
// Modify changes the interest and mode, and arms. After it returns, events
// that were harvested earlier may still come out; the Poller masks them with
// the interest of now. ErrNotFound means that the kernel no longer knows the
// registration (its descriptor was closed); the mechanism has then forgotten
// it. A call that fails otherwise leaves the earlier registration as it was.
//
// Delete forgets the registration. It succeeds also when the descriptor was
// closed before. Memory that the kernel may still write to stays alive until
// the kernel is done with it.
//
// Wait blocks until there is an event, a notification, or the timeout has
// passed. A negative timeout means no limit, zero means no waiting. It may
// return (0, nil) early for any reason (a signal, a coarse clock, a wake-up of
// its own); the Poller looks at the clock and comes back. It must not return
// later than the timeout plus the granularity in Features.Resolution.
// Events beyond len(events) are kept for the next Wait. events is never empty.
//
// Notify makes the Wait in progress, or else the next one, return. One
// notification that has not yet been consumed may stand for many.
//
// Close releases every kernel object. When it returns, no goroutine, thread,
// descriptor or kernel operation of this mechanism is left. It does not close
// registered sources.
//
// # Closing a registered descriptor
//
// The rule for users is: delete, then close. When it is broken, and the number
// is added again, no event of the former file may be reported. A mechanism that
// can tell more says so: ForgetsClosed, if no event of another file is ever
// reported under the old token, even if that one is not added; ReportsClose, if
// closing an armed source is told. Linux forgets a registration silently once the
// last duplicate of the descriptor is closed; AFD completes the outstanding poll,
// if there is one, with LOCAL_CLOSE; poll(2) and WSAPoll compare what identity the
// system gives a file before they report.
package backend
