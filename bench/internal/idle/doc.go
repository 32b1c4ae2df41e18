// Package idle measures what connections cost a server that have nothing to say.
//
// Each contestant is a process of its own that serves an echo; another process makes the
// connections, sends one message over each and reads it back. What the server's
// memory has grown by then, for each connection, is the result. The kernel's own
// memory is not in it: it is the same for all.
package idle
