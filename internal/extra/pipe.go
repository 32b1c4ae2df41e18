package extra

import "errors"

// ErrWouldBlock: there is nothing to read, or no room to write, just now.
var ErrWouldBlock = errors.New("goetia: would block")

// Directed is a Thing that says which way it is ready. It is asked after Collect.
type Directed interface {
	Directions() (readable, writable bool)
}
