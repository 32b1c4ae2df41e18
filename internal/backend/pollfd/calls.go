//go:build unix

package pollfd

import (
	"fmt"
	"os"
	"unsafe"

	"github.com/goetia-go/goetia/internal/backend"
	"golang.org/x/sys/unix"
)

// The set's entries are the kernel's; a difference does not compile.
var (
	_ = [1]struct{}{}[unsafe.Sizeof(pollFD{})-unsafe.Sizeof(unix.PollFd{})]
	_ = [1]struct{}{}[unsafe.Offsetof(pollFD{}.events)-unsafe.Offsetof(unix.PollFd{}.Events)]
	_ = [1]struct{}{}[unsafe.Offsetof(pollFD{}.revents)-unsafe.Offsetof(unix.PollFd{}.Revents)]
)

var errBadDescriptor = fmt.Errorf("%w: %w", backend.ErrBadDescriptor, os.NewSyscallError("fstat", unix.EBADF))

// native shows the set's entries to x/sys.
func native(fds []pollFD) []unix.PollFd {
	return unsafe.Slice((*unix.PollFd)(unsafe.Pointer(&fds[0])), len(fds))
}

// identify looks at the file behind a number. fstat fails on an open
// descriptor only if a remote file system does, and no such file is polled.
func identify(fd int32) (identity, bool) {
	var st unix.Stat_t
	for {
		err := unix.Fstat(int(fd), &st)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return identity{}, false
		}
		return identity{
			dev:  uint64(st.Dev),
			ino:  uint64(st.Ino),
			kind: uint32(st.Mode) & unix.S_IFMT,
		}, true
	}
}

func errnoOf(err error) unix.Errno {
	if err == nil {
		return 0
	}
	return err.(unix.Errno)
}
