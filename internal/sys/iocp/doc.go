// Package iocp binds Windows' I/O completion ports: creating, associating,
// posting, dequeuing many packets at once, and the wait completion packet that
// puts a high-resolution timer on the port.
//
// Source: https://learn.microsoft.com/windows/win32/fileio/i-o-completion-ports
// and, for wait completion packets, the Windows Driver Kit's ntifs.h.
package iocp
