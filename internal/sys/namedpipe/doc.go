// Package namedpipe binds Windows' named pipes: making an instance of one, waiting for a client, and
// connecting to it, all with handles that are open for overlapped operations.
//
// Source: https://learn.microsoft.com/windows/win32/ipc/named-pipes
package namedpipe
