//go:build !linux

package idle

import "runtime"

// Kind says what is measured here.
const Kind = "Go's heap and stacks"

// used is what the Go runtime has in use.
func used() (int64, error) {
	runtime.GC()
	runtime.GC()
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	return int64(ms.HeapAlloc + ms.StackInuse), nil
}
