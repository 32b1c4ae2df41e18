package aio_test

import (
	"errors"
	"net"
	"testing"
)

// TestSendToNil fails, and does not panic.
func TestSendToNil(t *testing.T) {
	t.Parallel()
	l := loop(t)
	p := packets(t, l, "udp", "127.0.0.1:0")
	for _, to := range []net.Addr{(*net.UnixAddr)(nil), (*net.UDPAddr)(nil)} {
		if err := wait(t, l, p.SendTo([]byte("x"), to)); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("to a %T that is nil: %v", to, err)
		}
	}
}
