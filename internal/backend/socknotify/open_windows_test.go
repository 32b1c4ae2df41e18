//go:build windows

package socknotify

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
	"github.com/goetia-go/goetia/internal/sys/winsock"
)

// What of the kernel is there without ProcessSocketNotifications, as in Wine, does what
// the model does.
func TestNativeKernel(t *testing.T) {
	port, err := iocp.NewWaiter(WakeKey)
	if err != nil {
		t.Fatal(err)
	}
	k := &native{port}
	s, err := winsock.Loop()
	if err != nil {
		t.Fatal(err)
	}
	looks := func(want socknotify.Events, when string) {
		t.Helper()
		if got, err := k.Look(s); got != want || err != nil {
			t.Errorf("%s: %#x, %v; want %#x", when, got, err, want)
		}
	}
	looks(socknotify.Out, "idle")
	if _, err := winsock.Send(s, []byte("x")); err != nil {
		t.Fatal(err)
	}
	looks(socknotify.In|socknotify.Out, "readable")
	if base, err := k.Base(s); base != s || err != nil {
		t.Errorf("base of %#x: %#x, %v", s, base, err)
	}
	if err := winsock.Close(s); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Base(s); !errors.Is(err, backend.ErrBadDescriptor) {
		t.Errorf("base of a closed socket: %v", err)
	}
	if events, err := k.Look(s); err == nil && events&socknotify.Err == 0 {
		t.Errorf("a look at a closed socket: %#x", events)
	}

	near, closeBoth, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	s = near
	looks(socknotify.Out, "connected")
	closeBoth()

	entries := make([]iocp.Entry, 4)
	if n, err := k.Dequeue(entries, 0); n != 0 || err != nil {
		t.Errorf("an empty port: %d, %v", n, err)
	}
	if err := k.Wake(); err != nil {
		t.Fatal(err)
	}
	if n, err := k.Dequeue(entries, time.Hour); n != 1 || err != nil || entries[0].Key != WakeKey {
		t.Errorf("a wake: %d, %v, key %#x", n, err, entries[0].Key)
	}
	start := time.Now()
	if n, err := k.Dequeue(entries, time.Millisecond); err != nil || n == 0 && time.Since(start) < time.Millisecond/2 {
		t.Errorf("a timeout: %d, %v after %v", n, err, time.Since(start))
	}
	if err := k.Close(); err != nil {
		t.Error(err)
	}
}

// Where the call is there, what is relied on is tried; where it is not, Open and Probe say
// so.
func TestOpen(t *testing.T) {
	p, err := Open()
	steps := Probe()
	if err == nil {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		for _, s := range steps {
			t.Logf("%+v", s)
			if s.Err != nil && !s.Optional {
				t.Errorf("%s: %v", s.Name, s.Err)
			}
		}
		return
	}
	for _, err := range []error{err, steps[len(steps)-1].Err} {
		if !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), socknotify.Name) {
			t.Errorf("got %v", err)
		}
	}
}
