package cli

import (
	"errors"
	"fmt"
	"strings"
)

// The exit codes.
const (
	codeOK      = 0
	codeFailure = 1
	codeUsage   = 2
)

// usageError is a mistake in the command line.
type usageError struct{ err error }

func (u usageError) Error() string { return u.err.Error() }
func (u usageError) Unwrap() error { return u.err }

func usage(err error) error { return usageError{err} }

func usagef(format string, a ...any) error { return usageError{fmt.Errorf(format, a...)} }

// errReported: the command has failed and has said so in its own report.
var errReported = errors.New("failed")

// fail prints an error as one line and returns its exit code.
func (e *env) fail(err error) int {
	switch {
	case err == nil:
		return codeOK
	case errors.Is(err, errReported):
		return codeFailure
	}
	line := strings.Join(strings.Split(strings.TrimSpace(err.Error()), "\n"), "; ")
	code := codeFailure
	if _, ok := errors.AsType[usageError](err); ok {
		code = codeUsage
	}
	_, _ = fmt.Fprintf(e.stderr, "goetia: %s\n", line)
	return code
}
