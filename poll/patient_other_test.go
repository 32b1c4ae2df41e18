//go:build !linux

package poll

func newPatiently(m Mechanism) (*Poller, error) { return New(WithMechanism(m)) }

func diagnosePatiently(m Mechanism) []Step { return Diagnose(m) }
