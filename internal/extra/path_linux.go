package extra

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Path is an inotify descriptor with one watch.
type Path struct {
	repeated
	descriptor
	changes
	buf [4096]byte
}

const inWanted = inModify | inAttrib | inMovedFrom | inMovedTo | inCreate | inDelete | inDeleteSelf | inMoveSelf

// NewPath watches a file, or a directory with the names in it.
func NewPath(path string, _ Called) (*Path, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("inotify_init1", err)
	}
	p := &Path{descriptor: descriptor{fd}}
	if _, err := unix.InotifyAddWatch(fd, path, inWanted); err != nil {
		return nil, errors.Join(fmt.Errorf("watching: %w", &os.PathError{Op: "inotify_add_watch", Path: path, Err: err}), p.Close())
	}
	return p, nil
}

// Collect implements Thing.
func (p *Path) Collect() (bool, error) {
	fired := false
	// Bounded: a directory that changes all the time must not keep the loop.
	for range 16 {
		n, err := unix.Read(p.fd, p.buf[:])
		switch {
		case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
			return fired, nil
		case err != nil:
			return fired, os.NewSyscallError("read", err)
		}
		parseInotify(p.buf[:n], func(c Change) {
			fired = true
			p.add(c)
		})
	}
	return fired, nil
}
