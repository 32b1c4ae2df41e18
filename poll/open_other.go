//go:build !unix && !windows

package poll

// candidates are none: Plan 9 has no call that waits for several files, and
// WebAssembly hosts offer none.
func candidates() []candidate { return nil }
