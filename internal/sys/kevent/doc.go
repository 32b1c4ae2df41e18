// Package kevent binds kqueue(2) and kevent(2) of the BSDs and macOS, without policy.
//
// Each system has a layout and numbers of its own; [Event] is one shape for all, and
// carries no tags, so that what is built on it can be tested anywhere. A [Queue] is the
// real thing.
//
// Sources: kqueue(2) of FreeBSD, OpenBSD, NetBSD, DragonFly BSD and macOS.
package kevent
