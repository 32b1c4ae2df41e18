//go:build solaris

package evport

import (
	"fmt"
	"os"
	"runtime"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/evport"
	"golang.org/x/sys/unix"
)

// The bits are the system's; a difference does not compile.
var _ = [1]struct{}{}[PollIn-unix.POLLIN|PollPri-unix.POLLPRI|PollOut-unix.POLLOUT|
	PollErr-unix.POLLERR|PollHup-unix.POLLHUP|PollNval-unix.POLLNVAL]

// Open makes an event port.
func Open() (*Poll, error) {
	port, err := evport.Open()
	if err != nil {
		return nil, err
	}
	return New(native{port}, Config{RdHup: runtime.GOOS == "illumos"}), nil
}

// native is the kernel that is not a model.
type native struct{ *evport.Port }

// Identify refuses what is always ready and blocks all the same.
func (native) Identify(fd uintptr) (Identity, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(fd), &st); err != nil {
		return Identity{}, fmt.Errorf("%w: %w", backend.ErrBadDescriptor, os.NewSyscallError("fstat", err))
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG, unix.S_IFDIR, unix.S_IFBLK:
		return Identity{}, backend.ErrNoReadiness
	}
	return Identity{st.Dev, st.Ino}, nil
}

func (n native) Wake() error { return os.NewSyscallError("port_send", n.Send(1, 0)) }
