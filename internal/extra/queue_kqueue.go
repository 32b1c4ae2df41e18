//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package extra

import (
	"errors"
	"os"
	"syscall"

	"github.com/goetia-go/goetia/internal/sys/kevent"
)

// queue is embedded by things that are a kqueue with one knote.
type queue struct{ *kevent.Queue }

func openQueue() (queue, error) {
	q, err := kevent.Open()
	return queue{q}, err
}

// Handle implements Thing.
func (q queue) Handle() (uintptr, bool) { return uintptr(q.FD()), true }

// change adds or deletes the knote.
func (q queue) change(ev kevent.Event) error {
	_, err := q.Change([]kevent.Event{ev}, nil)
	return os.NewSyscallError("kevent", err)
}

// fetch returns the knote's event, if there is one.
func (q queue) fetch() (kevent.Event, bool, error) {
	var events [1]kevent.Event
	n, err := q.Fetch(events[:], 0)
	if errors.Is(err, syscall.EINTR) {
		return kevent.Event{}, false, nil
	}
	return events[0], n > 0, os.NewSyscallError("kevent", err)
}
