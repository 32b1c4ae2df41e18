package backendtest

import (
	"runtime"
	"testing"
)

func testingShort() bool { return testing.Short() }

// spin lets other goroutines run while one waits for a value to change.
func spin() { runtime.Gosched() }
