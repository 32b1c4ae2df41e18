//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package extra

import (
	"errors"
	"os"

	"github.com/goetia-go/goetia/internal/sys/kevent"
	"golang.org/x/sys/unix"
)

// Path is EVFILT_VNODE, which tells no names.
type Path struct {
	repeated
	queue
	changes
	fd int
}

// NewPath watches a file or directory.
func NewPath(path string, _ Called) (*Path, error) {
	fd, err := unix.Open(path, openEvents|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	p := &Path{fd: fd}
	if p.queue, err = openQueue(); err != nil {
		return nil, errors.Join(err, p.closeFile())
	}
	err = p.change(kevent.Event{
		Ident: uintptr(fd), Filter: kevent.Vnode, Flags: kevent.Add | kevent.Clear,
		Fflags: kevent.Deleted | kevent.Written | kevent.Extended | kevent.Attributes | kevent.Renamed | kevent.Revoked,
	})
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// Collect implements Thing.
func (p *Path) Collect() (bool, error) {
	ev, ok, err := p.fetch()
	if !ok {
		return false, err
	}
	var op Op
	for _, o := range []struct {
		note uint32
		op   Op
	}{
		{kevent.Deleted, Removed | Gone},
		{kevent.Written | kevent.Extended, Written},
		{kevent.Attributes, Attributes},
		{kevent.Renamed, Renamed | Gone},
		{kevent.Revoked, Gone},
	} {
		if ev.Fflags&o.note != 0 {
			op |= o.op
		}
	}
	p.add(Change{Op: op})
	return true, nil
}

func (p *Path) closeFile() error { return os.NewSyscallError("close", unix.Close(p.fd)) }

// Close implements Thing.
func (p *Path) Close() error { return errors.Join(p.queue.Close(), p.closeFile()) }
