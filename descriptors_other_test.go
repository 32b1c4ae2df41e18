//go:build !windows

package goetia

import (
	"os"
	"runtime"
)

// descriptors is how many the process has, where that can be found out.
func descriptors() int {
	if runtime.GOOS != "linux" {
		return 0
	}
	d, err := os.Open("/proc/self/fd")
	if err != nil {
		return 0
	}
	defer d.Close()
	names, _ := d.Readdirnames(-1)
	return len(names)
}

// descriptorsOf is how many so many new threads may have brought.
func descriptorsOf(int) int { return 0 }
