//go:build loom

package future

import "github.com/goetia-go/goetia/internal/loom"

// The types that the model checker puts in the place of those in sync_std.go.
type (
	atomicUint32         = loom.Uint32
	atomicInt64          = loom.Int64
	atomicPointer[T any] = loom.Pointer[T]
	mutex                = loom.Mutex
)

func gosched() { loom.Yield() }

func reads[T any](p *T)  { loom.Reads(p) }
func writes[T any](p *T) { loom.Writes(p) }
