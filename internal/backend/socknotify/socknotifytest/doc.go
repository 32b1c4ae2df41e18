// Package socknotifytest is a model of Windows' socket state notifications for tests:
// their documented semantics over any mechanism that has level and edge mode. Over the
// simulated one it runs on every host, inside testing/synctest too; over Linux's epoll
// it serves real sockets.
//
// Where the manual leaves something open, a [Quirk] chooses the less convenient answer:
// what is built on the model has to bear both.
//
// Like Windows, it says nothing of a stream that was never connected, tells the end of a
// stream by HANGUP alone and an error by ERR, does not look at what is the case when
// an edge-triggered registration is enabled, keeps a registration's key for good, and
// lets a socket be on one port only.
package socknotifytest
