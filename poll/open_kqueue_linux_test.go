package poll

import (
	"syscall"
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/backendtest"
	"github.com/goetia-go/goetia/internal/backend/epoll"
	"github.com/goetia-go/goetia/internal/backend/kqueue"
	"github.com/goetia-go/goetia/internal/backend/kqueue/kqueuetest"
)

// TestConformanceKqueueSockets is TestConformanceKqueue with this system's sockets,
// which the model watches with epoll.
func TestConformanceKqueueSockets(t *testing.T) {
	onceForAll(t)
	open := func(t *testing.T) *epoll.Poll {
		p, err := epoll.Open()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	type identity struct{ dev, ino uint64 }
	backendtest.RunWith(t, overSockets, func(t *testing.T) backendtest.Subject {
		b := kqueue.New(kqueuetest.New(kqueuetest.World{
			Edge: open(t), Level: open(t),
			File: func(h uintptr) any {
				var st syscall.Stat_t
				if syscall.Fstat(int(h), &st) != nil {
					return nil
				}
				return identity{uint64(st.Dev), st.Ino}
			},
			WakeUdata: kqueue.WakeUdata,
		}), kqueueConfigs["macos"])
		return subject{newPoller("kqueue", linuxlike{b})}
	})
}

// linuxlike has what epoll says about sockets that were never connected, which a
// BSD's kqueue says nothing about.
type linuxlike struct{ *kqueue.Poll }

func (l linuxlike) Features() backend.Features {
	f := l.Poll.Features()
	f.ReportsUnconnected = true
	return f
}
