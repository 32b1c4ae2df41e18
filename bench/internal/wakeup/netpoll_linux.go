package wakeup

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// netpoll is a goroutine that waits as conn.Read does: what every Go program pays.
type netpoll struct {
	file *os.File
	raw  syscall.RawConn
}

// NewNetpoll waits in the Go runtime's own poller.
func NewNetpoll(fd int) (Waiter, error) {
	// A duplicate, since the file closes its descriptor.
	own, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	w := &netpoll{file: os.NewFile(uintptr(own), "peer")}
	if w.raw, err = w.file.SyscallConn(); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

func (w *netpoll) Wait() error {
	return w.raw.Read(func(fd uintptr) bool {
		var first [1]byte
		_, _, err := unix.Recvfrom(int(fd), first[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
		return err != unix.EAGAIN
	})
}

func (w *netpoll) Notify() error { return errors.ErrUnsupported }
func (w *netpoll) Close() error  { return w.file.Close() }
