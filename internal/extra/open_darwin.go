package extra

import "golang.org/x/sys/unix"

// openEvents opens a path so that its volume can be unmounted all the same.
const openEvents = unix.O_EVTONLY
