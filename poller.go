package goetia

import (
	"sync"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// poller is what a shard needs of a *poll.Poller.
type poller interface {
	Add(src poll.Source, key poll.Key, in poll.Interest, mode poll.Mode) error
	Modify(src poll.Source, key poll.Key, in poll.Interest, mode poll.Mode) error
	Delete(src poll.Source) error
	Lookup(src poll.Source) (poll.Key, bool)
	Wait(events []poll.Event, timeout time.Duration) (int, error)
	Notify() error
	Mechanism() poll.Mechanism
	Features() poll.Features
	Stats() poll.Stats
	Close() error
}

// bell is the poller of a simulated Reactor: it can be waited for and notified, by
// means that testing/synctest understands, and takes no sources.
type bell struct {
	ring   chan struct{} // one place
	closed chan struct{}
	once   sync.Once
}

func newBell() *bell { return &bell{ring: make(chan struct{}, 1), closed: make(chan struct{})} }

func (*bell) Add(poll.Source, poll.Key, poll.Interest, poll.Mode) error { return poll.ErrUnsupported }

func (*bell) Modify(poll.Source, poll.Key, poll.Interest, poll.Mode) error { return poll.ErrNotFound }

func (*bell) Delete(poll.Source) error            { return poll.ErrNotFound }
func (*bell) Lookup(poll.Source) (poll.Key, bool) { return 0, false }
func (*bell) Mechanism() poll.Mechanism           { return "simulated" }
func (*bell) Features() poll.Features             { return poll.Features{} }
func (*bell) Stats() poll.Stats                   { return poll.Stats{} }

// Wait blocks until a notification, the timeout or Close.
func (b *bell) Wait(_ []poll.Event, timeout time.Duration) (int, error) {
	select {
	case <-b.closed:
		return 0, poll.ErrClosed
	default:
	}
	if timeout == 0 {
		select {
		case <-b.ring:
		default:
		}
		return 0, nil
	}
	var expired <-chan time.Time
	if timeout > 0 {
		t := time.NewTimer(timeout)
		defer t.Stop()
		expired = t.C
	}
	select {
	case <-b.closed:
		return 0, poll.ErrClosed
	case <-b.ring:
	case <-expired:
	}
	return 0, nil
}

func (b *bell) Notify() error {
	select {
	case b.ring <- struct{}{}:
	default:
	}
	return nil
}

func (b *bell) Close() error {
	b.once.Do(func() { close(b.closed) })
	return nil
}
