// Package waithandle waits for Windows handles to be signalled, and calls back.
//
// Where the kernel has wait completion packets (Windows 8 and later), a handle's packet
// is associated with a completion port of the process, which one goroutine reads for as
// long as something is waited for. Elsewhere, as in Wine 8 and 10, the system's thread
// pool waits (RegisterWaitForSingleObject). The former has never run yet.
//
// Sources: RegisterWaitForSingleObject, UnregisterWaitEx; for the packets, which have no
// manual, how the Go runtime uses them for its own timers.
package waithandle
