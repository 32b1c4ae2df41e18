package winsock

// PollFD is WSAPOLLFD.
type PollFD struct {
	Socket          uintptr
	Events, Revents uint16
}

// The masks of a PollFD. Only the first four can be asked for, and of these
// PollPri not on Microsoft's providers.
const (
	PollRdNorm = 0x100
	PollRdBand = 0x200
	PollPri    = 0x400
	PollWrNorm = 0x10
	PollErr    = 0x1
	PollHup    = 0x2
	PollNval   = 0x4
)

// Name is a socket's address, as the kernel has it and long enough to compare.
// The zero Name is no address.
type Name struct {
	Len int32
	Raw [32]byte
}

// Family is the address family.
func (n *Name) Family() uint16 { return uint16(n.Raw[0]) | uint16(n.Raw[1])<<8 }

// Port is the port of an Internet address, or zero.
func (n *Name) Port() uint16 {
	if f := n.Family(); n.Len < 4 || f != familyInet && f != familyInet6 {
		return 0
	}
	return uint16(n.Raw[2])<<8 | uint16(n.Raw[3])
}

const (
	familyInet  = 2
	familyInet6 = 23
)
