// Package coro writes futures as functions that wait.
//
//	task := coro.Spawn(&l, func(co *coro.Co) {
//		conn := coro.Await(co, dial)
//		defer conn.Close()
//		for line := range coro.Each(co, lines(conn)) {
//			…
//		}
//	})
//
// A coroutine is a [future.Future] like any other: it is polled, and goes on from the [Await] in which
// it waits. It is a goroutine to the runtime, with a stack of its own of two kilobytes or more, but
// the scheduler has nothing to do with it: whoever polls it lends it the processor, which takes
// less than half of what two goroutines and a channel do. So it is for logic that is hard to write
// as a state machine, and not for the hundred thousand things that wait; those are futures, or
// goroutines.
//
// # Ending
//
// A coroutine that is cancelled while it waits is unwound like by [runtime.Goexit]: Await does not
// return, what it waited for is cancelled, and deferred functions run. Nothing can catch that: recover
// returns nil. A deferred function that awaits something meanwhile is cut short there, and the future is
// cancelled; so what has to be done in the end must be done without waiting, or by
// a task of its own. One that was not polled yet never runs.
//
// A panic is passed on to whoever polls, as a [future.PanicError] with the coroutine's stack; an
// executor gives it to whoever awaits the task. runtime.Goexit, and with it testing's FailNow, ends
// the goroutine that polls, as it does in any future.
//
// A coroutine that has begun and is neither polled to its end nor cancelled stays in memory for
// ever, with all that it refers to. Executors cancel their tasks when they are closed.
//
// # Limits
//
//   - What blocks inside (a channel, a mutex, a file, time.Sleep) stops the executor and all its
//     tasks. [future.Go] is for functions that block; OnSlowPoll of [future.LocalOptions] reports polls that
//     took long.
//   - Only the function that was given a [Co], and what it calls, may use it. Await panics when the
//     coroutine waits or has ended, and inside a future that the same coroutine awaits. Another goroutine
//     that uses a Co while the coroutine runs is a data race, which the race detector reports.
//   - A thread that is locked (runtime.LockOSThread) has to stay locked in the same way whenever the
//     coroutine is polled and cancelled as it was when it was polled first; otherwise the runtime ends
//     the program (“coro: OS thread locking must match locking at coroutine creation”, golang.org/issue/65889).
//     So a coroutine does not call LockOSThread and await before it has called UnlockOSThread, and an
//     executor that runs on a locked thread is closed there. Nothing can find that out in time.
package coro
