package socknotify

// Name is the call's name.
const Name = "ProcessSocketNotifications"

// Registration is SOCK_NOTIFY_REGISTRATION: one change, and in the end its result.
type Registration struct {
	Socket uintptr
	// Key comes back with every packet. It is taken when the registration is made
	// and cannot be changed.
	Key     uintptr
	Filter  uint16
	Op      Op
	Trigger Trigger
	Result  Result
}

// Op is what to do.
type Op uint8

// The operations. Enable makes a registration where there is none.
const (
	Enable  Op = 1
	Disable Op = 2
	Remove  Op = 4
)

// Trigger says when there is a packet, and how often.
type Trigger uint8

// The triggers: one of each pair.
const (
	Oneshot    Trigger = 1
	Persistent Trigger = 2

	Level Trigger = 4
	Edge  Trigger = 8
)

// Events are the conditions of a packet, which has them in place of a byte count.
// The first three are also what a filter asks for; the others come unasked.
type Events uint32

// The conditions.
const (
	In     Events = 0x01
	Out    Events = 0x02
	HangUp Events = 0x04
	Err    Events = 0x40
	// Removed is the last event of a registration that was removed.
	Removed Events = 0x80
)
