package uring

import (
	"encoding/binary"
	"math/bits"
)

// SQE is struct io_uring_sqe, a request, as far as polling needs it.
type SQE struct {
	Opcode Opcode
	Flags  SQEFlags
	_      uint16
	FD     int32
	_      uint64
	// Addr is the user data of the request that a Remove or Cancel is about.
	Addr uint64
	// Len holds the PollFlags.
	Len uint32
	// Op holds the events of a poll (see PollEvents), or the CancelFlags.
	Op       uint32
	UserData uint64
	_        [3]uint64
}

// CQE is struct io_uring_cqe, an answer.
type CQE struct {
	UserData uint64
	// Res is the request's result, or a negative error number.
	Res   int32
	Flags CQEFlags
}

// Opcode says what a request asks for.
type Opcode uint8

// The requests.
const (
	PollAdd     Opcode = 6
	PollRemove  Opcode = 7
	AsyncCancel Opcode = 14
)

// SQEFlags change how a request is treated.
type SQEFlags uint8

// SkipSuccess leaves out the answer of a request that succeeds.
const SkipSuccess SQEFlags = 1 << 6

// Multishot, in a PollAdd's Len, lets the poll answer again and again.
const Multishot uint32 = 1 << 0

// CancelAny, with CancelAll in an AsyncCancel's Op, means every request.
const (
	CancelAll uint32 = 1 << 0
	CancelAny uint32 = 1 << 2
)

// CQEFlags say more about an answer.
type CQEFlags uint32

// More: the request will answer again.
const More CQEFlags = 1 << 1

// PollEvents is the form that Op wants a poll mask in: big-endian kernels read it
// as two halves in the other order.
func PollEvents(mask uint32) uint32 {
	if bigEndian {
		return bits.RotateLeft32(mask, 16)
	}
	return mask
}

var bigEndian = binary.NativeEndian.Uint16([]byte{0, 1}) == 1

// Params is struct io_uring_params.
type Params struct {
	SQEntries, CQEntries  uint32
	Flags                 SetupFlags
	threadCPU, threadIdle uint32
	Features              Features
	wqFD                  uint32
	_                     [3]uint32
	sq                    sqOffsets
	cq                    cqOffsets
}

// sqOffsets is struct io_sqring_offsets.
type sqOffsets struct {
	head, tail, mask, entries, flags, dropped, array, _ uint32
	_                                                   uint64
}

// cqOffsets is struct io_cqring_offsets.
type cqOffsets struct {
	head, tail, mask, entries, overflow, cqes, flags, _ uint32
	_                                                   uint64
}

// SetupFlags ask for kinds of rings.
type SetupFlags uint32

// The kinds.
const (
	CQSize    SetupFlags = 1 << 3
	SubmitAll SetupFlags = 1 << 7
	NoSQArray SetupFlags = 1 << 16
)

// Features are what the kernel has.
type Features uint32

// The features that matter here.
const (
	SingleMmap Features = 1 << 0
	NoDrop     Features = 1 << 1
	ExtArg     Features = 1 << 8
	// RsrcTags came with multishot polls, which have no bit of their own.
	RsrcTags Features = 1 << 10
	CQESkip  Features = 1 << 11
)

// EnterFlags say what an Enter is to do besides submitting.
type EnterFlags uint32

const (
	// GetEvents waits for answers, or with none asked for brings those along that
	// only need to be written down.
	GetEvents EnterFlags = 1 << 0
	extArg    EnterFlags = 1 << 3
)

// overflowed is the kernel's flag in the submission ring: it keeps answers back.
const overflowed uint32 = 1 << 1

// Where the rings are mapped.
const (
	offRings = 0
	offSQEs  = 0x10000000
)
