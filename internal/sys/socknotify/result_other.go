//go:build !windows

package socknotify

import "strconv"

// foreign is a Windows error number where there is nobody to translate it.
type foreign Result

func (f foreign) Error() string { return "Windows error " + strconv.FormatUint(uint64(f), 10) }

func system(r Result) error { return foreign(r) }
