//go:build unix && !linux && !solaris

package backendtest

import "syscall"

func replaceDescriptor(from, to int) error { return syscall.Dup2(from, to) }
