//go:build linux

package backendtest

import "syscall"

// replaceDescriptor uses dup3, since the newer architectures have no dup2.
func replaceDescriptor(from, to int) error { return syscall.Dup3(from, to, syscall.O_CLOEXEC) }
