// Package evporttest is a model of an event port for tests: its documented semantics
// over any mechanism with oneshot mode. Over the simulated one it runs on every host,
// inside testing/synctest too; over Linux's epoll it serves real sockets.
//
// It does what a kernel may: every other fetch that finds something fails with EINTR or
// ETIME all the same.
package evporttest
