//go:build unix

package watch

import (
	"errors"
	"fmt"
	"os"

	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
	"golang.org/x/sys/unix"
)

// pipesAreExtras: a FIFO is a descriptor.
const pipesAreExtras = false

func openPipeExtra(*poll.Poller, poll.Key, string, bool) (extra, string, error) {
	return nil, "", errors.ErrUnsupported
}

// openPipe opens a FIFO to read from. With listen it makes one if there is none, and says
// so.
func openPipe(path string, listen bool) (s sock.Socket, made bool, err error) {
	if listen {
		switch err := unix.Mkfifo(path, 0o600); err {
		case nil:
			made = true
		case unix.EEXIST:
		default:
			return 0, false, &os.PathError{Op: "mkfifo", Path: path, Err: err}
		}
	}
	// Without nonblocking mode, opening would wait for a writer.
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, false, &os.PathError{Op: "open", Path: path, Err: err}
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFIFO {
		_ = unix.Close(fd)
		return 0, false, fmt.Errorf("%s is no FIFO", path)
	}
	return sock.Socket(fd), made, nil
}
