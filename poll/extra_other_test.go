//go:build !unix

package poll

import (
	"os"
	"testing"
)

// testSignal is none: a program cannot send itself one here.
var testSignal os.Signal

func raise(testing.TB) {}
