// Package wake is a descriptor that becomes readable on demand, for waking a
// thread that sleeps in poll(2) or the like: an eventfd on Linux, a pipe on
// every other Unix. Both ends are nonblocking and closed on exec.
//
// Source: eventfd(2), pipe(7).
package wake
