// Package kqueuetest is a model of kqueue(2) for tests: its documented semantics over
// any mechanism that has level and edge mode. Over the simulated one it runs on every
// host, inside testing/synctest too; over Linux's epoll it serves real sockets.
//
// It is stricter than kernels are where the manual promises nothing: enabling a knote
// does not make an EV_CLEAR condition happen again, and a call with room for events
// beyond its receipts is given some.
package kqueuetest
