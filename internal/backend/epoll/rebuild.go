//go:build linux

package epoll

import (
	"errors"
	"iter"

	"github.com/goetia-go/goetia/internal/backend"
	"golang.org/x/sys/unix"
)

// Rebuild implements backend.Rebuilder. A registration whose number was closed
// while a duplicate of the file is open cannot be deleted (epoll(7), "Questions
// and answers", 6): the kernel identifies it by number and file, and the number is
// gone. All that helps is another epoll descriptor with everything else in it.
func (p *Poll) Rebuild(live iter.Seq[backend.Registration]) error {
	epfd, err := create()
	if err != nil {
		return err
	}
	fresh := &Poll{epfd: epfd}
	for reg := range live {
		// Modifying in the old set succeeds only if this very file is
		// registered under this number; by number alone one might add a
		// stranger.
		bits := encode(reg.Interest, reg.Mode)
		if !reg.Armed {
			bits = encode(0, reg.Mode)
		}
		if p.ctl(unix.EPOLL_CTL_MOD, reg.Handle, reg.Token, bits) != nil {
			continue
		}
		if err := fresh.ctl(unix.EPOLL_CTL_ADD, reg.Handle, reg.Token, bits); err != nil {
			return errors.Join(err, closeEpoll(epfd))
		}
	}
	if err := p.park.Move(epfd); err != nil {
		return errors.Join(err, closeEpoll(epfd))
	}
	old := p.epfd
	p.epfd = epfd
	return closeEpoll(old)
}
