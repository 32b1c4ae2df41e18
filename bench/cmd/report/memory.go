//go:build linux || windows

package main

import (
	"fmt"
	"runtime"

	"github.com/goetia-go/goetia/bench/internal/report"
	"github.com/goetia-go/goetia/bench/internal/source"
	"github.com/goetia-go/goetia/poll"
)

// heapBound is what a source may cost, in bytes. A mechanism without one is only
// shown.
var heapBound = map[poll.Mechanism]float64{poll.Epoll: 200, poll.AFD: 400}

// memory begins the table of what an idle source costs the heap.
func memory(r *report.Report, n int) {
	r.Section(fmt.Sprintf("Heap per registered idle source, %d %s", n, source.Kind),
		"The descriptors are open before the first measure. Twice collected before and after;",
		"Go's heap only: not stacks, not the kernel's memory, not Wine's.")
}

func memoryLine(r *report.Report, m poll.Mechanism, bytes float64) {
	shown := fmt.Sprintf("%.1f B/source", bytes)
	if bound, ok := heapBound[m]; ok {
		r.AtMost(string(m), shown, bytes, bound, " B")
	} else {
		r.Info(string(m), shown)
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	return int64(ms.HeapAlloc)
}
