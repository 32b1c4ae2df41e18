//go:build linux

package uring

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Ring is an io_uring. It is for one goroutine at a time, but for FD.
type Ring struct {
	fd       int
	features Features

	rings, requests []byte

	sqHead, sqTail, sqFlags *uint32
	sqMask                  uint32
	sqes                    []SQE
	// next is the tail that the kernel is not told of yet.
	next uint32

	cqHead, cqTail *uint32
	cqMask         uint32
	cqes           []CQE

	// limit is Await's timeout, here because the kernel is given its address as
	// a number, which would not follow a stack that moves.
	limit struct{ sec, nsec int64 }
}

// Open makes a ring for that many requests and answers, both powers of two. What
// does not fit among the answers is kept by the kernel until a GetEvents. It fails
// with an error that wraps errors.ErrUnsupported if the kernel has a feature missing.
func Open(requests, answers uint32, want Features) (*Ring, error) {
	// Newer kernels do without an array of indices, and go on after a request
	// that they refuse. Those that know neither flag say EINVAL.
	var params Params
	fd := -1
	var errno unix.Errno
	for _, flags := range []SetupFlags{NoSQArray | SubmitAll, SubmitAll, 0} {
		params = Params{CQEntries: answers, Flags: CQSize | flags}
		var r uintptr
		r, _, errno = unix.Syscall(unix.SYS_IO_URING_SETUP, uintptr(requests), uintptr(unsafe.Pointer(&params)), 0)
		if errno == 0 {
			fd = int(r)
			break
		}
		if errno != unix.EINVAL {
			break
		}
	}
	if errno != 0 {
		return nil, os.NewSyscallError("io_uring_setup", errno)
	}
	r := &Ring{fd: fd, features: params.Features}
	if lacking := (want | SingleMmap) &^ params.Features; lacking != 0 {
		return nil, errors.Join(fmt.Errorf("%w: this kernel's io_uring lacks features %#x", errors.ErrUnsupported, lacking), r.Close())
	}
	if err := r.mmap(&params); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// mmap makes the rings visible here.
func (r *Ring) mmap(p *Params) error {
	size := max(
		int(p.sq.array)+int(p.SQEntries)*4,
		int(p.cq.cqes)+int(p.CQEntries)*int(unsafe.Sizeof(CQE{})),
	)
	const prot, flags = unix.PROT_READ | unix.PROT_WRITE, unix.MAP_SHARED | unix.MAP_POPULATE
	var err error
	if r.rings, err = unix.Mmap(r.fd, offRings, size, prot, flags); err != nil {
		return os.NewSyscallError("mmap", err)
	}
	if r.requests, err = unix.Mmap(r.fd, offSQEs, int(p.SQEntries)*int(unsafe.Sizeof(SQE{})), prot, flags); err != nil {
		return os.NewSyscallError("mmap", err)
	}
	word := func(off uint32) *uint32 { return (*uint32)(unsafe.Pointer(&r.rings[off])) }
	r.sqHead, r.sqTail, r.sqFlags, r.sqMask = word(p.sq.head), word(p.sq.tail), word(p.sq.flags), *word(p.sq.mask)
	r.sqes = unsafe.Slice((*SQE)(unsafe.Pointer(&r.requests[0])), p.SQEntries)
	r.cqHead, r.cqTail, r.cqMask = word(p.cq.head), word(p.cq.tail), *word(p.cq.mask)
	r.cqes = unsafe.Slice((*CQE)(unsafe.Pointer(&r.rings[p.cq.cqes])), p.CQEntries)
	if p.Flags&NoSQArray == 0 {
		array := unsafe.Slice(word(p.sq.array), p.SQEntries)
		for i := range array {
			array[i] = uint32(i)
		}
	}
	return nil
}

// FD is the ring's descriptor, readable while there are answers.
func (r *Ring) FD() int { return r.fd }

// Features are what the kernel has.
func (r *Ring) Features() Features { return r.features }

// Request returns the next request to fill in, zeroed, or nil if there is no room
// before an Enter.
func (r *Ring) Request() *SQE {
	if r.next-atomic.LoadUint32(r.sqHead) == uint32(len(r.sqes)) {
		return nil
	}
	s := &r.sqes[r.next&r.sqMask]
	*s = SQE{}
	r.next++
	return s
}

// Unsubmitted is how many requests the kernel has not taken yet.
func (r *Ring) Unsubmitted() uint32 { return r.next - atomic.LoadUint32(r.sqHead) }

// Submit hands the requests over, and brings answers along that the kernel has kept
// back. It does not block, so it does not tell the scheduler that it enters the
// kernel. What was not taken stays.
func (r *Ring) Submit() unix.Errno {
	atomic.StoreUint32(r.sqTail, r.next)
	_, _, errno := unix.RawSyscall6(unix.SYS_IO_URING_ENTER, uintptr(r.fd), uintptr(r.Unsubmitted()), 0, uintptr(GetEvents), 0, 0)
	return errno
}

// Await blocks a thread until there is an answer or the timeout has passed.
func (r *Ring) Await(timeout time.Duration) unix.Errno {
	r.limit.sec, r.limit.nsec = int64(timeout/time.Second), int64(timeout%time.Second)
	arg := struct {
		mask  uint64
		size  uint32
		_     uint32
		limit uint64
	}{limit: uint64(uintptr(unsafe.Pointer(&r.limit)))}
	_, _, errno := unix.Syscall6(unix.SYS_IO_URING_ENTER, uintptr(r.fd), 0, 1,
		uintptr(GetEvents|extArg), uintptr(unsafe.Pointer(&arg)), unsafe.Sizeof(arg))
	return errno
}

// Answer returns the oldest answer, or nil. It stays valid until Done.
func (r *Ring) Answer() *CQE {
	head := *r.cqHead // written here only
	if head == atomic.LoadUint32(r.cqTail) {
		return nil
	}
	return &r.cqes[head&r.cqMask]
}

// Done hands the place of the oldest answer back.
func (r *Ring) Done() { atomic.StoreUint32(r.cqHead, *r.cqHead+1) }

// Behind says that the kernel keeps answers back that a Submit would bring.
func (r *Ring) Behind() bool { return atomic.LoadUint32(r.sqFlags)&overflowed != 0 }

// Close lets go of the ring. The kernel cancels what is outstanding, in its own time.
func (r *Ring) Close() error {
	var err error
	for _, m := range [][]byte{r.rings, r.requests} {
		if m != nil {
			err = errors.Join(err, os.NewSyscallError("munmap", unix.Munmap(m)))
		}
	}
	r.rings, r.requests = nil, nil
	return errors.Join(err, os.NewSyscallError("close", unix.Close(r.fd)))
}
