package goetia

import "github.com/goetia-go/goetia/internal/sys/handles"

// descriptors is how many handles the process has.
func descriptors() int {
	n, err := handles.Count()
	if err != nil {
		panic(err)
	}
	return n
}

// descriptorsOf is how many so many new threads may have brought: Go has some six for each, and
// the system's libraries have a few of their own.
func descriptorsOf(threads int) int { return 16 + 8*threads }
