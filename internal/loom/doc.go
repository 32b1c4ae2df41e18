// Package loom tries all orders in which threads can take their turns.
//
// It is for tests of code that is synchronised with atomic operations and mutexes. The code
// names its types through aliases, which a build tag points either at sync and sync/atomic or at
// the types of this package; see package future, sync_std.go and sync_loom.go. [Explore] then runs a
// body again and again: it makes everything anew, starts some threads, and each run takes another
// order, depth first, until there is none left with as many preemptions as are allowed. Most errors of this
// kind need one or two (Musuvathi and Qadeer, "Iterative Context Bounding for Systematic Testing of
// Multithreaded Programs", PLDI 2007).
//
// A thread is a coroutine that gives way before each of its operations on the types of this
// package. Nothing runs in parallel, nothing depends on time, and an order is all there is to
// know about a run: a [Failure] says it, and [Replay] does it again.
//
// What is found:
//
//   - a panic of a thread, and an [Assert] that does not hold;
//   - a deadlock: threads are left, and all wait. A lost wake-up is one of these, if the thread that
//     was to be woken waits with [Wait];
//   - a livelock: a run that is longer than [Options.Steps];
//   - a data race on what the code declares with [Reads] and [Writes]: two accesses, one of them a
//     write, that no operation on an atomic or a mutex puts into an order;
//   - a body that does not do the same when it is given the same order.
//
// What is not: orders with more preemptions, and whatever a weaker memory model would allow. Go's
// atomics are sequentially consistent (https://go.dev/ref/mem), so there is none for them.
//
// Outside an exploration the types are as those that they stand for, and so the ordinary tests of a
// package pass with the tag as well. One exploration runs at a time in a process, and nothing else may
// use the types meanwhile: tests that explore are not parallel.
package loom
