package poll

import (
	"os"
	"syscall"
	"testing"

	"github.com/goetia-go/goetia/internal/backend/backendtest"
	"github.com/goetia-go/goetia/internal/backend/epoll"
	"github.com/goetia-go/goetia/internal/backend/socknotify"
	"github.com/goetia-go/goetia/internal/backend/socknotify/socknotifytest"
)

// TestConformanceSocknotifySockets is TestConformanceSocknotify with this system's
// sockets, which the model watches with epoll.
func TestConformanceSocknotifySockets(t *testing.T) {
	onceForAll(t)
	if os.Getenv("GOETIA_EMULATED") != "" {
		t.Skip("emulators do not hand IP_MTU on, by which the model knows sockets that were never connected")
	}
	open := func(t *testing.T) *epoll.Poll {
		p, err := epoll.Open()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	type identity struct{ dev, ino uint64 }
	for name, quirks := range map[string]socknotifytest.Quirk{
		"documented": 0,
		// Not Survive: a packet that was queued before its socket was closed makes
		// an event that "closed-is-silent" takes for news of the closing.
		"inconvenient": socknotifytest.Late | socknotifytest.Sticky | socknotifytest.FirstDecides | socknotifytest.Outlive,
	} {
		t.Run(name, func(t *testing.T) {
			var host socknotifytest.Host
			backendtest.RunWith(t, overSockets, func(t *testing.T) backendtest.Subject {
				b := socknotify.New(socknotifytest.New(socknotifytest.World{
					Host: &host, Quirks: quirks,
					Edge: open(t), Level: open(t),
					File: func(h uintptr) any {
						var st syscall.Stat_t
						if h > 1<<31-1 || syscall.Fstat(int(h), &st) != nil || st.Mode&syscall.S_IFMT != syscall.S_IFSOCK {
							return nil
						}
						return identity{uint64(st.Dev), st.Ino}
					},
					Unconnected: neverConnected,
				}), socknotify.Config{Wide: true, Edge: true, KeepsKey: true})
				return subject{newPoller(SockNotify, b)}
			})
		})
	}
}

// neverConnected says that a TCP socket has not had a peer: it has no route.
func neverConnected(h uintptr) bool {
	_, err := syscall.GetsockoptInt(int(h), syscall.IPPROTO_IP, syscall.IP_MTU)
	return err == syscall.ENOTCONN
}
