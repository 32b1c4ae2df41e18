// Package future has values that will be there later, and what waits for them without a
// goroutine each.
//
//	var l future.Local
//	task := future.Spawn(&l, future.Map(download, parse))
//	err := l.Run(ctx)
//
// A [Future] is asked with Poll. If its value is not there yet, it leaves the [Waker] that the
// [Context] carries where the event will find it, and says that it is not ready; whoever was
// woken asks again. Nothing runs between two polls, so a future that waits is as large as its
// fields: a hundred bytes where a goroutine takes some thousands.
//
// # Running futures
//
// [BlockOn] and [Await] run one future on the calling goroutine. [Local] runs any
// number on one goroutine; [Spawn] gives it tasks and [Task] is how the others learn what
// became of them. [Go] runs blocking functions on a bounded pool of goroutines and is a
// future here.
//
// # Combining futures
//
// [Map] and [Then] go on with a value. [Join] waits for all, [TryJoin] up to the first
// error, and [Race] and [Select] for the first; those with a number in their name take futures of
// several types. [Timeout] and [After] go by the Context's [Clock], which a test
// may replace by a [ManualClock]. [Shared] has one future awaited by many, and [Catch] makes
// an error of a panic.
//
// An [Unordered] or [Ordered] set takes futures as they come, and is a [Stream]: values one after
// the other. Streams have adapters of their own, such as [Filter], [MapEach], [Chunks], [Merge]
// and [Buffered]; [FromChan], [ToChan], [FromSeq] and [ToSeq] connect them with the rest of Go.
//
// # Cancelling
//
// A future that is not wanted any more is cancelled with [Cancel], which calls its Cancel method
// if it has one. Go has no destructors, so a future that was polled and is dropped without
// Cancel may leave its waker behind, which is harmless, or hold what it has acquired, which
// is not. Everything in this package that gives up on a future cancels it.
//
// # When not to use it
//
// A goroutine is simpler, and as fast, wherever there are not very many of them: for business
// logic, for libraries that block, for work that needs a processor. Futures are for hundreds of
// thousands of things that wait, for waiting for the first of very many, for cancelling whole
// trees of work, and for tests whose order of events is the same in every run.
package future
