// Package watch registers real sockets with a Poller and tells every readiness
// that it reports, as it happens.
//
// What makes a source ready is taken away after it was told, since level mode
// would repeat it without end: data is read and thrown away, connections are
// accepted (and watched in turn), urgent data is fetched. Room to write cannot be
// taken away, so in level and oneshot mode Writable is asked for until it
// has been reported once.
//
// A source is finished when its peer has finished sending or broken off, or
// when its connect has failed. Listeners and UDP sockets never finish.
package watch
