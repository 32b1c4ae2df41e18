package backendtest

import (
	"runtime"
	"testing"
)

func testingShort() bool { return testing.Short() }

// scaled is how often to repeat a race: a fifth under -short, and on Windows,
// where every call costs more.
func scaled(n int) int {
	if testingShort() || runtime.GOOS == "windows" {
		return n / 5
	}
	return n
}

// spin lets other goroutines run while one waits for a value to change.
func spin() { runtime.Gosched() }
