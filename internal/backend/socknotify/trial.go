package socknotify

import (
	"errors"
	"fmt"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

// Sample is a socket to try things out on. It can be written to and is not registered.
type Sample struct {
	Socket uintptr
	// Send makes the socket readable, and Drain makes it not readable.
	Send, Drain func() error
}

// trialLimit bounds how long a packet of the trial may take.
const trialLimit = 2 * time.Second

// Trial finds out on a fresh port whether the kernel does what this mechanism is built
// on and the manual says or implies, and fills in what is found of the rest. It leaves
// nothing registered.
func Trial(k Kernel, s Sample, found *Config) error {
	x := &trial{k: k, s: s, found: found}
	level := socknotify.Oneshot | socknotify.Level
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"what is not registered cannot be removed", x.nothingToRemove},
		{"a registration that is enabled looks", func() error { return x.enable(1, socknotify.Out, level, socknotify.Out) }},
		{"it does so once", x.silent},
		{"it does so again when it is enabled again", x.again},
		{"its removal is told", func() error { return x.remove(x.key()) }},
		{"it can then be made under another key", func() error { return x.enable(2, socknotify.Out, level, socknotify.Out) }},
		{"its removal is told too", func() error { return x.remove(2) }},
	} {
		if err := step.do(); err != nil {
			return fmt.Errorf("%w: %s does not do as its manual says (%s): %w", backend.ErrUnsupported, socknotify.Name, step.what, err)
		}
	}
	found.Edge = x.edges() == nil
	if err := x.remove(3); err != nil {
		return fmt.Errorf("%w: %s does not remove an edge-triggered registration: %w", backend.ErrUnsupported, socknotify.Name, err)
	}
	return nil
}

type trial struct {
	k     Kernel
	s     Sample
	found *Config
}

// key is the one of a registration that was made with 1 and enabled with 9.
func (x *trial) key() uintptr {
	if x.found.KeepsKey {
		return 1
	}
	return 9
}

// again enables what was made with key 1 with key 9.
func (x *trial) again() error {
	err := x.enable(9, socknotify.Out, socknotify.Oneshot|socknotify.Level, 0)
	if err != nil {
		return err
	}
	key, events, err := x.next(trialLimit)
	x.found.KeepsKey = key == 1
	if err == nil && (key != 1 && key != 9 || events&socknotify.Out == 0) {
		err = fmt.Errorf("a packet with events %#x and key %d came", events, key)
	}
	return err
}

func (x *trial) change(r socknotify.Registration) error {
	r.Socket = x.s.Socket
	regs := []socknotify.Registration{r}
	if r := x.k.Process(regs); r != socknotify.Success {
		return r.Err()
	}
	return regs[0].Result.Err()
}

func (x *trial) nothingToRemove() error {
	if x.change(socknotify.Registration{Op: socknotify.Remove}) == nil {
		return errors.New("it was")
	}
	return nil
}

// enable enables and wants a packet.
func (x *trial) enable(key uintptr, filter socknotify.Events, t socknotify.Trigger, want socknotify.Events) error {
	err := x.change(socknotify.Registration{Key: key, Filter: uint16(filter), Op: socknotify.Enable, Trigger: t})
	if err != nil || want == 0 {
		return err
	}
	return x.packet(key, want)
}

func (x *trial) remove(key uintptr) error {
	if err := x.change(socknotify.Registration{Op: socknotify.Remove}); err != nil {
		return err
	}
	return x.packet(key, socknotify.Removed)
}

// packet waits for a packet with some conditions. If it is the last of its registration,
// there may be others before it.
func (x *trial) packet(key uintptr, want socknotify.Events) error {
	for end := time.Now().Add(trialLimit); ; {
		key2, events, err := x.next(time.Until(end))
		switch {
		case err != nil:
			return err
		case key2 == key && events&want == want:
			return nil
		case want&socknotify.Removed == 0:
			return fmt.Errorf("a packet with events %#x and key %d came, and %#x with key %d was due", events, key2, want, key)
		}
	}
}

var errNoPacket = errors.New("no packet came")

func (x *trial) next(timeout time.Duration) (uintptr, socknotify.Events, error) {
	var entries [1]iocp.Entry
	for end := time.Now().Add(timeout); ; {
		left := max(time.Until(end), 0)
		n, err := x.k.Dequeue(entries[:], left)
		switch {
		case err != nil:
			return 0, 0, err
		case n == 1 && entries[0].Key != WakeKey: // the timer's packets have that key too
			return entries[0].Key, socknotify.Events(entries[0].Bytes), nil
		case left == 0:
			return 0, 0, errNoPacket
		}
	}
}

func (x *trial) silent() error {
	switch _, events, err := x.next(0); {
	case err == nil:
		return fmt.Errorf("a packet with events %#x came", events)
	case err != errNoPacket:
		return err
	}
	return nil
}

// edges leaves the sample registered under key 3.
func (x *trial) edges() error {
	if err := x.enable(3, socknotify.In, socknotify.Persistent|socknotify.Edge, 0); err != nil {
		return err
	}
	for range 3 {
		if err := x.s.Send(); err != nil {
			return err
		}
		if err := x.packet(3, socknotify.In); err != nil {
			return err
		}
		if err := x.s.Drain(); err != nil {
			return err
		}
	}
	return nil
}
