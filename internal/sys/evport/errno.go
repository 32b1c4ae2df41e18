//go:build !plan9

package evport

import "syscall"

// TimedOut is ETIME, which not every system's package syscall has.
const TimedOut = syscall.Errno(62)
