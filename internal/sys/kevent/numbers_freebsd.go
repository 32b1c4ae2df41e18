package kevent

import "golang.org/x/sys/unix"

const noteOOB = 0

var numbers = [...]int32{
	Read:   unix.EVFILT_READ,
	Write:  unix.EVFILT_WRITE,
	Except: absent,
	User:   unix.EVFILT_USER,
	Timer:  unix.EVFILT_TIMER,
	Proc:   unix.EVFILT_PROC,
	Vnode:  unix.EVFILT_VNODE,
}
