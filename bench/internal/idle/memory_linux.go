package idle

import (
	"bytes"
	"fmt"
	"os"
	"runtime/debug"
)

// Kind says what is measured here.
const Kind = "resident memory"

// used is the resident memory of this process, after what was not needed was given back.
func used() (int64, error) {
	debug.FreeOSMemory()
	debug.FreeOSMemory()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	var size, resident int64
	if _, err := fmt.Fscan(bytes.NewReader(b), &size, &resident); err != nil {
		return 0, err
	}
	return resident * int64(os.Getpagesize()), nil
}
