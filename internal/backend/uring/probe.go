//go:build linux

package uring

import (
	"fmt"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/nest"
)

// Probe goes the way of Open in single steps, and ends with the first that fails.
func Probe() []backend.Step {
	r, err := setup(requests, answers)
	steps := []backend.Step{{Name: "ring made", Err: err}}
	if err != nil {
		return steps
	}
	defer r.Close()
	steps[0].Detail = fmt.Sprintf("features %#x", uint32(r.Features()))

	p := &Poll{kernel: r, machine: newMachine(r)}
	s := backend.Step{Name: "polls", Detail: "once, again and again, cancelled", Err: p.tryOut()}
	if steps = append(steps, s); s.Err != nil {
		return steps
	}

	s = backend.Step{Name: "removals without an answer", Detail: "yes", Optional: true}
	if !p.skips {
		s.Err, s.Detail = backend.ErrUnsupported, "each costs an answer that is thrown away"
	}
	steps = append(steps, s)

	park, err := nest.New(r.FD(), func() bool { return true })
	if err == nil {
		err = park.Close()
	}
	return append(steps, backend.Step{Name: "nested in the Go runtime's poller", Err: err})
}
