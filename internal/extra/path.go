package extra

import (
	"strings"
	"sync"
)

// Op is a set of what can happen to a path.
type Op uint8

// What can happen. All but Gone and Overflow are about the path or, if that is a
// directory, about a name in it.
const (
	Created Op = 1 << iota
	Written
	Removed
	Renamed
	Attributes
	// Gone: the path itself was removed or moved away, and nothing more comes.
	Gone
	// Overflow: more happened than was kept.
	Overflow
)

var opNames = [...]string{"created", "written", "removed", "renamed", "attributes", "gone", "overflow"}

// String names the set, as in "created|written".
func (o Op) String() string {
	var names []string
	for i, name := range opNames {
		if o&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, "|")
}

// Change is one thing that has happened.
type Change struct {
	// Name is the name in the directory that is watched, or empty.
	Name string
	Op   Op
}

// maxChanges bounds what is kept for those who do not take.
const maxChanges = 1024

// changes is what a path has collected.
type changes struct {
	mu   sync.Mutex
	list []Change
}

// add notes a change. One that repeats the last is the same.
func (c *changes) add(ch Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.list)
	switch {
	case n > 0 && c.list[n-1] == ch:
	case n < maxChanges-1 || n < maxChanges && ch.Op&Gone != 0:
		c.list = append(c.list, ch)
	default:
		c.list[n-1] = Change{Op: c.list[n-1].Op&Gone | ch.Op&Gone | Overflow}
	}
}

// Take returns what has happened since the last Take, oldest first, as far as it was
// collected.
func (c *changes) Take() []Change {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.list
	c.list = nil
	return list
}
