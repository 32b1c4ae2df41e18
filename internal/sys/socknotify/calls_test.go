//go:build windows

package socknotify

import (
	"errors"
	"strings"
	"syscall"
	"testing"
)

// Where the call is missing, as in Wine, the error says so and names it.
func TestAvailable(t *testing.T) {
	err := Available()
	if err == nil {
		t.Skip("this system has it")
	}
	if !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), Name) {
		t.Errorf("got %v", err)
	}
}

func TestErrorsAreTheSystems(t *testing.T) {
	if err := wsaNotSock.Err(); !errors.Is(err, syscall.Errno(10038)) {
		t.Errorf("got %v", err)
	}
}
