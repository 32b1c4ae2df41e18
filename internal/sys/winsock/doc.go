// Package winsock binds the WinSock calls that the mechanisms need and that
// golang.org/x/sys/windows lacks: WSAPoll, ioctlsocket, what can be asked about a
// socket, the base provider's socket beneath one, and connected sockets for a process
// to talk to itself. It decides nothing.
//
// Sockets are uintptr here, as everywhere above. Package net is not used: it
// would put its sockets on the runtime's completion port, and its UDP does not
// work under Wine.
//
// Source: https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsapoll
package winsock
