package socknotify

import (
	"strings"
	"testing"
)

func TestResults(t *testing.T) {
	for _, c := range []struct {
		r                 Result
		notSocket, scarce bool
	}{
		{Success, false, false},
		{wsaNotSock, true, false},
		{wsaBadf, true, false},
		{invalidHandle, true, false},
		{notEnoughMemory, false, true},
		{noSystemResources, false, true},
		{notEnoughQuota, false, true},
		{wsaNoBufs, false, true},
		{87, false, false},
		{Timeout, false, false},
	} {
		if c.r.NotSocket() != c.notSocket || c.r.Scarce() != c.scarce {
			t.Errorf("%d: not a socket %t, scarce %t", c.r, c.r.NotSocket(), c.r.Scarce())
		}
		err := c.r.Err()
		if (err == nil) != (c.r == Success) {
			t.Errorf("%d: %v", c.r, err)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "ProcessSocketNotifications: ") {
			t.Errorf("%d: %v", c.r, err)
		}
	}
}
