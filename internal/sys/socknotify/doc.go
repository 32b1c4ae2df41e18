// Package socknotify binds WinSock's socket state notifications: one call,
// ProcessSocketNotifications, with its structure, constants and error numbers, and
// no policy. Windows has it since build 20348 (Windows 11, Windows Server 2022).
//
// All but the call carries no build tags, so that every host checks it.
//
// Source: https://learn.microsoft.com/windows/win32/winsock/winsock-socket-state-notifications
package socknotify
