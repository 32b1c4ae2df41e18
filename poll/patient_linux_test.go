package poll

import (
	"errors"
	"syscall"
	"time"
)

// newPatiently is New. Rings of io_uring count as locked memory, of which an ordinary user has
// little, and it is given back some time after a ring is closed; and tests beside this one have
// theirs.
func newPatiently(m Mechanism) (*Poller, error) {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		p, err := New(WithMechanism(m))
		if m != IOUring || !errors.Is(err, syscall.ENOMEM) || time.Now().After(deadline) {
			return p, err
		}
	}
}
