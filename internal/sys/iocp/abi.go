package iocp

import "unsafe"

// Entry is OVERLAPPED_ENTRY. Overlapped is a number here, never a pointer: it
// is whatever the operation's starter passed as its context.
type Entry struct {
	Key        uintptr
	Overlapped uintptr
	Internal   uintptr
	Bytes      uint32
}

// A wrong layout does not compile.
const word = unsafe.Sizeof(uintptr(0))

var (
	_ = [1]struct{}{}[unsafe.Offsetof(Entry{}.Overlapped)-word]
	_ = [1]struct{}{}[unsafe.Offsetof(Entry{}.Bytes)-3*word]
	_ = [1]struct{}{}[unsafe.Sizeof(Entry{})-4*word]
)

// Modes of completion notification.
const (
	SkipPortOnSuccess = 1
	SkipSetEvent      = 2
)
