// Package echo is a TCP server that sends back what it receives, driven by a
// Poller: a few event loops, no goroutine and no buffer per idle connection.
//
// Each loop has a Poller of its own and never blocks but in its Wait. The first
// loop accepts and deals the connections out; from then on a connection belongs
// to one loop. What the peer does not take at once is kept in chunks from
// the loop's own store. A connection with more than [Options].HighWater bytes
// kept is not read from until it has less than half of that, so a peer that
// sends and never reads is stopped by its own full pipe.
//
// A peer that has finished sending gets everything back and is then closed. A
// listener without descriptors left rests for a moment and tries again.
package echo
