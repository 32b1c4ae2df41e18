package kevent

import "golang.org/x/sys/unix"

const noteOOB = unix.NOTE_OOB

var numbers = [...]int32{
	Read:   unix.EVFILT_READ,
	Write:  unix.EVFILT_WRITE,
	Except: unix.EVFILT_EXCEPT,
	User:   unix.EVFILT_USER,
	Timer:  unix.EVFILT_TIMER,
	Proc:   unix.EVFILT_PROC,
	Vnode:  unix.EVFILT_VNODE,
}
