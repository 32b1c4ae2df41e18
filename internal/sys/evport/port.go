//go:build solaris

package evport

import (
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls are libc's, which x/sys binds only in part and wraps. The compiler takes
// these directives for just that purpose.

//go:cgo_import_dynamic libc_port_create port_create "libc.so"
//go:cgo_import_dynamic libc_port_associate port_associate "libc.so"
//go:cgo_import_dynamic libc_port_dissociate port_dissociate "libc.so"
//go:cgo_import_dynamic libc_port_getn port_getn "libc.so"
//go:cgo_import_dynamic libc_port_send port_send "libc.so"

//go:linkname portCreate libc_port_create
//go:linkname portAssociate libc_port_associate
//go:linkname portDissociate libc_port_dissociate
//go:linkname portGetn libc_port_getn
//go:linkname portSend libc_port_send

var portCreate, portAssociate, portDissociate, portGetn, portSend uintptr

// sysvicall6 calls a function of libc, and tells the scheduler.
func sysvicall6(function, nargs, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, err syscall.Errno)

// The sources' numbers are the system's; a difference does not compile.
var _ = [1]struct{}{}[int(TimedOut)-int(syscall.ETIME)|int(User)-unix.PORT_SOURCE_USER|int(FD)-unix.PORT_SOURCE_FD]

// Port is an event port. Its methods may be called concurrently, Close excepted.
type Port struct{ fd int }

// Open makes a port that child processes do not inherit.
func Open() (*Port, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, _, errno := sysvicall6(uintptr(unsafe.Pointer(&portCreate)), 0, 0, 0, 0, 0, 0, 0)
	if errno != 0 {
		return nil, os.NewSyscallError("port_create", errno)
	}
	unix.CloseOnExec(int(fd))
	return &Port{fd: int(fd)}, nil
}

// Associate has one event reported when the descriptor has one of the poll bits,
// at once if it has one already. It replaces an association that there is.
func (p *Port) Associate(fd uintptr, events int, user uint64) error {
	_, _, errno := sysvicall6(uintptr(unsafe.Pointer(&portAssociate)), 5,
		uintptr(p.fd), uintptr(FD), fd, uintptr(events), uintptr(user), 0)
	return errnoError(errno)
}

// Dissociate takes an association back; ENOENT says that there is none.
func (p *Port) Dissociate(fd uintptr) error {
	_, _, errno := sysvicall6(uintptr(unsafe.Pointer(&portDissociate)), 3, uintptr(p.fd), uintptr(FD), fd, 0, 0, 0)
	return errnoError(errno)
}

// Fetch waits for one event at least, and returns how many there are also with an
// error: ETIME after the timeout, of which negative is none, and EINTR.
func (p *Port) Fetch(events []Event, timeout time.Duration) (int, error) {
	var limit *unix.Timespec
	if timeout >= 0 {
		ts := unix.NsecToTimespec(int64(timeout))
		limit = &ts
	}
	n := uint32(1)
	events[0].Source = 0
	_, _, errno := sysvicall6(uintptr(unsafe.Pointer(&portGetn)), 5, uintptr(p.fd), uintptr(unsafe.Pointer(&events[0])),
		uintptr(len(events)), uintptr(unsafe.Pointer(&n)), uintptr(unsafe.Pointer(limit)), 0)
	if errno != 0 && events[0].Source == 0 {
		n = 0 // neither it nor any event was written
	}
	return int(n), errnoError(errno)
}

// Send makes an event.
func (p *Port) Send(events int, user uint64) error {
	_, _, errno := sysvicall6(uintptr(unsafe.Pointer(&portSend)), 3, uintptr(p.fd), uintptr(events), uintptr(user), 0, 0, 0)
	return errnoError(errno)
}

// Close ends the port and its associations.
func (p *Port) Close() error { return os.NewSyscallError("close", unix.Close(p.fd)) }

func errnoError(errno syscall.Errno) error {
	if errno != 0 {
		return errno
	}
	return nil
}
