package poll

import (
	"errors"
	"syscall"
	"time"
)

// newPatiently is New. Rings of io_uring count as locked memory, of which an ordinary user has
// little, and it is given back some time after a ring is closed; and tests beside this one have
// theirs.
func newPatiently(m Mechanism) (p *Poller, err error) {
	patiently(m, func() error {
		p, err = New(WithMechanism(m))
		return err
	})
	return p, err
}

// diagnosePatiently is Diagnose.
func diagnosePatiently(m Mechanism) (steps []Step) {
	patiently(m, func() error {
		steps = Diagnose(m)
		return steps[len(steps)-1].Err
	})
	return steps
}

func patiently(m Mechanism, do func() error) {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if err := do(); m != IOUring || !errors.Is(err, syscall.ENOMEM) || time.Now().After(deadline) {
			return
		}
	}
}
