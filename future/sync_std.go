//go:build !loom

package future

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// What this package is synchronised with. The model checker puts types of the same shape in their
// place (sync_loom.go) and tries every order of the operations on them.
type (
	atomicUint32         = atomic.Uint32
	atomicInt64          = atomic.Int64
	atomicPointer[T any] = atomic.Pointer[T]
	mutex                = sync.Mutex
)

// gosched lets others go on that have to.
func gosched() { runtime.Gosched() }

// reads and writes tell the model checker of accesses that something else has to keep apart.
func reads[T any](*T)  {}
func writes[T any](*T) {}
