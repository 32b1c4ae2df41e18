//go:build linux && (kqueuemodel || libkqueue)

package poll

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/kqueue"
)

// linuxlike has what epoll says about sockets that were never connected, which a
// BSD's kqueue says nothing about.
type linuxlike struct{ *kqueue.Poll }

func (l linuxlike) Features() backend.Features {
	f := l.Poll.Features()
	f.ReportsUnconnected = true
	return f
}
