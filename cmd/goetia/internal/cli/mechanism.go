package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goetia-go/goetia/poll"
)

// mechanism is a flag's value: the name of a mechanism that exists on this
// system. Empty is the default one.
type mechanism poll.Mechanism

// UnmarshalText refuses names that this system does not have.
func (m *mechanism) UnmarshalText(text []byte) error {
	name := poll.Mechanism(text)
	have := poll.Mechanisms()
	if !slices.Contains(have, name) {
		return fmt.Errorf("this system has no mechanism %q, it has %s", name, joined(have))
	}
	*m = mechanism(name)
	return nil
}

func joined[T ~string](names []T) string {
	if len(names) == 0 {
		return "none"
	}
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = string(n)
	}
	return strings.Join(words, ", ")
}
