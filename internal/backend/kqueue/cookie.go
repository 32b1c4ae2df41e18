//go:build !plan9

package kqueue

import "github.com/goetia-go/goetia/internal/backend"

// Udata of 32 bits is shared by a token's halves. A generation that has wrapped around
// could be mistaken only by an event that was fetched 4096 uses of its slot ago, and
// an event is fetched and looked up within one Wait.
const (
	narrowIndex      = 20
	narrowGeneration = 32 - narrowIndex
)

// wakeCookie is not a token's: generations do not reach their last value.
const wakeCookie = ^uintptr(0)

// cookie is what a token becomes in udata; ok is false if there is no room for it.
func cookie(tok backend.Token, wide bool) (c uintptr, ok bool) {
	if wide {
		return uintptr(tok), true
	}
	index := tok.Index()
	if index >= 1<<narrowIndex-1 { // the last one is for waking
		return 0, false
	}
	return uintptr(tok.Generation()<<narrowIndex | index), true
}

// indexOf takes the index out again.
func indexOf(c uintptr, wide bool) uint32 {
	if wide {
		return backend.Token(c).Index()
	}
	return uint32(c) & (1<<narrowIndex - 1)
}
