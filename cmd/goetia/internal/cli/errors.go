package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goetia-go/goetia/cmd/goetia/internal/report"
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
	_, _ = fmt.Fprintf(e.stderr, "goetia: %s\n", oneLine(err))
	if isUsage(err) {
		return codeUsage
	}
	return codeFailure
}

// failure is what a command prints with --json that has failed without a report of its own.
type failure struct {
	Error string `json:"error"`
	OK    bool   `json:"ok"`
}

// failJSON prints an error as an object, for programs that read the output.
func (e *env) failJSON(err error) error {
	if err == nil || errors.Is(err, errReported) || isUsage(err) {
		return nil
	}
	return report.Line(e.stdout, failure{Error: oneLine(err)})
}

func oneLine(err error) string {
	return strings.Join(strings.Split(strings.TrimSpace(err.Error()), "\n"), "; ")
}

func isUsage(err error) bool {
	_, ok := errors.AsType[usageError](err)
	return ok
}
