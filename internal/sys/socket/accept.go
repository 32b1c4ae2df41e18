//go:build unix

package socket

import (
	"os"
	"syscall"
)

// Accept takes a connection from a listening socket that does not block. The new descriptor
// does not block either, and is closed on exec. The error is syscall.EAGAIN if there is no
// connection; one that its peer has taken back is passed over.
func Accept(listener int) (fd int, peer syscall.Sockaddr, err error) {
	for {
		fd, peer, err = accept(listener)
		switch err {
		case nil:
			return fd, peer, nil
		case syscall.EAGAIN:
			return -1, nil, err
		case syscall.EINTR, syscall.ECONNABORTED:
			continue
		}
		return -1, nil, os.NewSyscallError("accept", err)
	}
}
