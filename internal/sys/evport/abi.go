package evport

// Event is port_event_t: what has happened.
type Event struct {
	// Events are poll bits of a descriptor, or what Send was given.
	Events int32
	Source Source
	_      uint16
	Object uintptr
	// User is the cookie of the association, or what Send was given.
	User uint64
}

// Source says where an event comes from.
type Source uint16

// The sources.
const (
	// User is PORT_SOURCE_USER, the program itself.
	User Source = 3
	// FD is PORT_SOURCE_FD.
	FD Source = 4
)
