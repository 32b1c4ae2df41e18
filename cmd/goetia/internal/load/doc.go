// Package load drives many connections to an echo server and measures it.
//
// Each connection sends a message, reads as many bytes back, compares them, and
// sends the next: a closed loop. With a rate, the messages have due times
// and latency counts from those, so that a server which falls behind is not
// flattered by a client that waits for it.
//
// All connections of a worker are driven by one Poller on one goroutine. A
// message is a window of one block of pseudo-random bytes, at an offset that a
// seeded generator of the connection chooses; nothing is copied, and bytes that
// are lost, doubled, or someone else's are found at once.
//
// A run has four parts: connect, which must succeed for all; load for the
// duration; wait for the last answers no longer than the grace time; close.
package load
