package load

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
)

// Linux lets attempts beyond a full listen queue wait; other systems refuse them
// or take them all.
func TestConnectTimeout(t *testing.T) {
	t.Parallel()
	s, err := sock.Listen(loopback)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := unix.Listen(int(s), 1); err != nil {
		t.Fatal(err)
	}
	addr := netip.MustParseAddrPort(s.Local("tcp").String())
	begin := time.Now()
	_, err = Run(t.Context(), Options{
		Addr: sock.TCP(addr), Conns: 20, Size: 1, Duration: time.Second, ConnectTimeout: 300 * time.Millisecond,
	}, nil)
	if err == nil || !strings.Contains(err.Error(), "could be made: no answer within 300ms") {
		t.Errorf("error is %v", err)
	}
	if spent := time.Since(begin); spent > patience {
		t.Errorf("gave up after %v", spent)
	}
}
