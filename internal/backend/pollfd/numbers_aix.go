package pollfd

import "golang.org/x/sys/unix"

// The table's numbers are the system's; a difference does not compile.
var _ = [1]struct{}{}[(aixIn^unix.POLLIN)|(aixPri^unix.POLLPRI)|(aixOut^unix.POLLOUT)|
	(aixErr^unix.POLLERR)|(aixHup^unix.POLLHUP)|(aixNval^unix.POLLNVAL)]
