//go:build unix && !aix

package pollfd

import "golang.org/x/sys/unix"

// The table's numbers are the system's; a difference does not compile.
var _ = [1]struct{}{}[(commonIn^unix.POLLIN)|(commonPri^unix.POLLPRI)|(commonOut^unix.POLLOUT)|
	(commonErr^unix.POLLERR)|(commonHup^unix.POLLHUP)|(commonNval^unix.POLLNVAL)]
