package kevent

// Event is struct kevent: a change to make, or what has happened.
type Event struct {
	// Ident is the descriptor, for the filters that watch one.
	Ident  uintptr
	Filter Filter
	Flags  Flags
	// Fflags are the filter's own flags.
	Fflags uint32
	// Data is the filter's own number; with Error it is an errno.
	Data int64
	// Udata is the program's own, handed back as it was given.
	Udata uintptr
}

// Filter says what is watched. The numbers are this package's.
type Filter uint8

const (
	// Read is EVFILT_READ.
	Read Filter = iota
	// Write is EVFILT_WRITE.
	Write
	// Except is EVFILT_EXCEPT with NOTE_OOB, on the systems that have it.
	Except
	// User is EVFILT_USER, on the systems that have it.
	User
	// Timer is EVFILT_TIMER, in milliseconds.
	Timer
	// Proc is EVFILT_PROC.
	Proc
	// Vnode is EVFILT_VNODE.
	Vnode
	// Other is whatever nobody here asked for.
	Other
)

// Flags are a change's action and an event's general conditions. Their numbers are
// the same on every system.
type Flags uint16

// What to do, and how.
const (
	Add      Flags = 0x1
	Delete   Flags = 0x2
	Enable   Flags = 0x4
	Disable  Flags = 0x8
	Oneshot  Flags = 0x10
	Clear    Flags = 0x20
	Receipt  Flags = 0x40
	Dispatch Flags = 0x80
)

// What is the case.
const (
	Error Flags = 0x4000
	EOF   Flags = 0x8000
)

// What a Proc is to tell, and what a Vnode.
const (
	Exit       = 0x80000000
	Deleted    = 0x1
	Written    = 0x2
	Extended   = 0x4
	Attributes = 0x8
	Renamed    = 0x20
	Revoked    = 0x40
)

// Trigger is NOTE_TRIGGER, which makes a User event happen.
const Trigger = 0x1000000
