package future

import (
	"fmt"
	"runtime"
)

// callSite is where the caller that many above its own caller is.
func callSite(above int) string {
	var pc [1]uintptr
	if runtime.Callers(above+2, pc[:]) == 0 {
		return ""
	}
	frame, _ := runtime.CallersFrames(pc[:]).Next()
	return fmt.Sprintf("%s:%d %s", frame.File, frame.Line, frame.Function)
}
