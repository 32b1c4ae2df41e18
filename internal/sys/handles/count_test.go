//go:build windows

package handles

import (
	"testing"

	"golang.org/x/sys/windows"
)

// TestCount: handles that are made are counted, but for those that Go makes and closes meanwhile.
func TestCount(t *testing.T) {
	count := func() int {
		n, err := Count()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	const made = 200
	before := count()
	for range made {
		h, err := windows.CreateEvent(nil, 0, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer windows.CloseHandle(h)
	}
	if got := count() - before; before == 0 || got < made/2 || got > 2*made {
		t.Errorf("%d handles, and %d more when %d were made", before, got, made)
	}
}
