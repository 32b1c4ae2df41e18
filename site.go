package goetia

import (
	"fmt"
	"runtime"
	"sync"
)

// site is where a watch was made: a number for a place in the program. There are few such
// places, and very many watches.
type site uint16

var sites = struct {
	sync.RWMutex
	ids map[uintptr]site
	pcs []uintptr
}{ids: make(map[uintptr]site), pcs: []uintptr{0}}

// callSite is who has called the function that is skip above its caller. Zero is one that
// is not known, because there are too many.
func callSite(skip int) site {
	var pc [1]uintptr
	runtime.Callers(skip+2, pc[:])
	sites.RLock()
	id := sites.ids[pc[0]]
	sites.RUnlock()
	if id != 0 {
		return id
	}
	sites.Lock()
	defer sites.Unlock()
	if id = sites.ids[pc[0]]; id == 0 && len(sites.pcs) <= int(^site(0)) {
		id = site(len(sites.pcs))
		sites.ids[pc[0]] = id
		sites.pcs = append(sites.pcs, pc[0])
	}
	return id
}

// String is the site as file:line and function.
func (s site) String() string {
	sites.RLock()
	pc := sites.pcs[s]
	sites.RUnlock()
	if pc == 0 {
		return "unknown"
	}
	f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	return fmt.Sprintf("%s:%d (%s)", f.File, f.Line, f.Function)
}
