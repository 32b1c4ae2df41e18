//go:build windows

package socknotify

import (
	"errors"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

// Probe goes the way of Open in single steps, and ends with the first one that fails
// and is needed.
func Probe() []backend.Step {
	steps := []backend.Step{{Name: "system call", Detail: socknotify.Name, Err: socknotify.Available()}}
	if steps[0].Err != nil {
		return steps
	}
	k, err := openKernel()
	steps = append(steps, backend.Step{Name: "completion port", Err: err})
	if err != nil {
		return steps
	}
	defer k.Close()
	steps = append(steps, precise(k.port))
	found, err := tryOut(k)
	steps = append(steps, backend.Step{Name: "as the manual says", Detail: "registrations of a socket of our own", Err: err})
	if err != nil {
		return steps
	}
	return append(steps,
		optional("edge-triggered", found.Edge, "edge mode is offered", "edge mode is refused"),
		optional("keys are kept", found.KeepsKey, "a closed number is never confused", "a closed number may be taken for its next owner"))
}

var errOtherwise = errors.New("it was seen to do otherwise")

func optional(name string, ok bool, with, without string) backend.Step {
	s := backend.Step{Name: name, Optional: true, Detail: with}
	if !ok {
		s.Detail, s.Err = without, errOtherwise
	}
	return s
}

func precise(port iocp.Waiter) backend.Step {
	s := backend.Step{Name: "high-resolution timer", Optional: true, Detail: "timeouts are exact to about a millisecond"}
	if !port.Precise() {
		s.Err = errors.New("the system lacks a part of it")
		s.Detail = "timeouts may be a clock tick (up to 15.6 ms) late"
	}
	return s
}
