// Package extra has what a Poller can wait for besides sockets and other descriptors of
// the user's: timers, signals, the end of processes, changes of files, and on
// Windows any waitable handle.
//
// Each is a [Thing]. On Linux and where there is a kqueue, most things are a
// descriptor of their own that becomes readable; a kqueue can be watched by another one
// and by poll(2). The others say by a callback that they have something to collect.
// Either way the Poller collects, and the user takes from memory what was collected.
//
// A constructor that cannot do its job on a system returns an error that wraps
// errors.ErrUnsupported and says why.
package extra
