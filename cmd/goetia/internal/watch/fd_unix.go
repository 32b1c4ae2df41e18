//go:build unix

package watch

import "golang.org/x/sys/unix"

// descriptors says that fd targets make sense here.
const descriptors = true

// hasData asks poll(2). A descriptor that was handed to the tool may be in
// blocking mode, and the mode belongs to the open file, which others share: it
// must not be changed.
func hasData(fd uintptr) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n > 0
}
