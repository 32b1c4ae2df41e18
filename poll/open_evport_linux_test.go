package poll

import (
	"syscall"
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/backendtest"
	"github.com/goetia-go/goetia/internal/backend/epoll"
	"github.com/goetia-go/goetia/internal/backend/evport"
	"github.com/goetia-go/goetia/internal/backend/evport/evporttest"
)

// TestConformanceEventPortSockets is TestConformanceEventPort with this system's sockets,
// which the model watches with epoll.
func TestConformanceEventPortSockets(t *testing.T) {
	onceForAll(t)
	identify := func(h uintptr) (evport.Identity, error) {
		var st syscall.Stat_t
		if syscall.Fstat(int(h), &st) != nil {
			return evport.Identity{}, backend.ErrBadDescriptor
		}
		switch st.Mode & syscall.S_IFMT {
		case syscall.S_IFREG, syscall.S_IFDIR:
			return evport.Identity{}, backend.ErrUnsupported
		}
		return evport.Identity{Dev: uint64(st.Dev), Ino: st.Ino}, nil
	}
	backendtest.RunWith(t, overSockets, func(t *testing.T) backendtest.Subject {
		b, err := epoll.Open()
		if err != nil {
			t.Fatal(err)
		}
		p := evport.New(evporttest.New(evporttest.World{
			Backend: b,
			File: func(h uintptr) any {
				if id, err := identify(h); err == nil {
					return id
				}
				return nil
			},
			Identify: identify,
		}), evport.Config{RdHup: true})
		return subject{newPoller("evport", linuxlikePort{p})}
	})
}

// linuxlikePort has what epoll says about sockets that were never connected, of which
// nothing is known for an event port.
type linuxlikePort struct{ *evport.Poll }

func (l linuxlikePort) Features() backend.Features {
	f := l.Poll.Features()
	f.ReportsUnconnected = true
	return f
}
