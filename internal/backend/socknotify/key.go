package socknotify

import "github.com/goetia-go/goetia/internal/backend"

// A key holds a token's halves. In keys of 32 bits a generation that has wrapped around
// could be mistaken only by a packet that stayed on the port for 4096 uses of its
// index.
//
// The index has one bit less than there is room for. That bit makes a second key of a
// registration: the one that it is enabled with once it stands. The kernel takes a key
// when it makes a registration and keeps it, so that the second key never comes back,
// unless there was none left and one was made by mistake: the socket was closed, and
// somebody else has its number.
const (
	narrowIndex      = 20
	narrowGeneration = 32 - narrowIndex
	wideIndex        = 32
)

// WakeKey is the key of packets that only wake. It is not a token's: its index is not
// let in.
const WakeKey = ^uintptr(0)

// keys are those of a system.
type keys struct{ wide bool }

func (k keys) mistaken() uintptr {
	if k.wide {
		return 1 << (wideIndex - 1)
	}
	return 1 << (narrowIndex - 1)
}

// of is what a token becomes in a packet; ok is false if there is no room for it.
func (k keys) of(tok backend.Token) (key uintptr, ok bool) {
	index := tok.Index()
	if uintptr(index) >= k.mistaken()-1 { // the last one is WakeKey's
		return 0, false
	}
	if k.wide {
		return uintptr(tok), true
	}
	return uintptr(tok.Generation()<<narrowIndex | index), true
}

// index takes the index out again, of either key.
func (k keys) index(key uintptr) uint32 { return uint32(key & (k.mistaken() - 1)) }
