package backendtest

import (
	"os"
	"runtime"
	"testing"
)

// exhaustive says that nothing is to be cut short, however long it takes: for a run
// now and then on a system where calls cost much.
func exhaustive() bool { return os.Getenv("GOETIA_EXHAUSTIVE") != "" }

// scaled is how often to repeat a race: a fifth under -short, for those who ask for it
// ([Options]), and on Windows, where every call costs more.
func (e *env) scaled(n int) int {
	if exhaustive() {
		return n
	}
	if testing.Short() || e.brief || runtime.GOOS == "windows" {
		return n / 5
	}
	return n
}

// costly is scaled for what takes many calls each time.
func (e *env) costly(n int) int {
	if runtime.GOOS == "windows" && !exhaustive() {
		return n / 20
	}
	return e.scaled(n)
}

// spin lets other goroutines run while one waits for a value to change.
func spin() { runtime.Gosched() }
