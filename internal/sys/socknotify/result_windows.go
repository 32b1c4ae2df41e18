package socknotify

import "syscall"

func system(r Result) error { return syscall.Errno(r) }
