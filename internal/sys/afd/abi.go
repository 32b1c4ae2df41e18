package afd

import "math"

// DeviceName is the path to open. The driver's name must be followed by a
// suffix, which can be anything.
const DeviceName = `\Device\Afd\Goetia`

// IoctlPoll is IOCTL_AFD_POLL.
const IoctlPoll = 0x00012024

// The poll's conditions.
const (
	PollReceive     = 0x001
	PollExpedited   = 0x002
	PollSend        = 0x004
	PollDisconnect  = 0x008
	PollAbort       = 0x010
	PollLocalClose  = 0x020
	PollConnect     = 0x040
	PollAccept      = 0x080
	PollConnectFail = 0x100
)

// NoTimeout makes a poll wait for ever.
const NoTimeout = math.MaxInt64

// Status is an NTSTATUS.
type Status uint32

// The statuses that polling meets.
const (
	StatusSuccess       Status = 0x00000000
	StatusPending       Status = 0x00000103
	StatusHandlesClosed Status = 0x8000000A
	StatusInvalidHandle Status = 0xC0000008
	StatusTypeMismatch  Status = 0xC0000024
	StatusCancelled     Status = 0xC0000120
	StatusNotFound      Status = 0xC0000225
)

// Failed says whether the status is an error (severity 3). Warnings, such as
// StatusHandlesClosed, are not.
func (s Status) Failed() bool { return s>>30 == 3 }

// IOStatusBlock is where the kernel leaves an operation's outcome.
type IOStatusBlock struct {
	// status is a union of an NTSTATUS and a pointer.
	status      uintptr
	Information uintptr
}

// Status is the operation's outcome.
func (b *IOStatusBlock) Status() Status { return Status(uint32(b.status)) }

// SetStatus sets the outcome; the kernel does so, and so do fakes of it.
func (b *IOStatusBlock) SetStatus(s Status) { b.status = uintptr(s) }

// PollInfo is AFD_POLL_INFO with one handle, both input and output.
type PollInfo struct {
	Timeout   int64
	Handles   uint32
	Exclusive uint32
	Handle    uintptr
	Events    uint32
	Status    Status
}

// pollInfoSize is C's size of the structure. On 32-bit systems C aligns it to
// eight bytes and Go to four, so there Go's is four bytes shorter; Op has room
// behind it.
const pollInfoSize = 32

// Op is one poll operation as the kernel sees it. From Submit until its packet
// has been dequeued its memory belongs to the kernel: it must neither move nor
// be used again.
type Op struct {
	IOStatusBlock IOStatusBlock
	Info          PollInfo
	_             uint32
}

// Prepare fills the operation in: one socket, no timeout, not exclusive.
func (op *Op) Prepare(socket uintptr, events uint32) {
	op.IOStatusBlock = IOStatusBlock{status: uintptr(StatusPending)}
	op.Info = PollInfo{Timeout: NoTimeout, Handles: 1, Handle: socket, Events: events}
}

// Outcome returns the operation's status and the conditions found, which are
// none unless the poll succeeded and says that it has a result.
func (op *Op) Outcome() (Status, uint32) {
	status := op.IOStatusBlock.Status()
	if status != StatusSuccess || op.Info.Handles < 1 {
		return status, 0
	}
	return status, op.Info.Events
}
