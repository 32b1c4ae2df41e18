//go:build !linux && !windows

package source

import "errors"

// Kind says what the sources are: there are none, since nothing is measured on
// this system. The package compiles so that go vet sees its users.
const Kind = "nothing"

type handle struct{}

func open() (handle, error) { return handle{}, errors.ErrUnsupported }

func (handle) number() uintptr { return 0 }
func (handle) close()          {}
func (handle) signal() error   { return errors.ErrUnsupported }
func (handle) drain() error    { return errors.ErrUnsupported }
