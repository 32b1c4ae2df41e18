// Package socknotify is the mechanism of Windows 11 and Windows Server 2022 that
// Microsoft documents: ProcessSocketNotifications, WinSock's socket state notifications.
// A socket is registered on a completion port, and packets on the port say what it has
// become ready for.
//
// None of this has run on Windows yet: Wine lacks the call. What runs in every test is
// the whole mechanism over a model of the call's documented semantics, and Open tries out
// on a socket of its own what the mechanism rests on.
//
// # How the contract maps
//
//   - Oneshot and EdgeOneshot are ONESHOT|LEVEL: enabling looks, one packet disables.
//   - Level is the same, enabled again by the next Wait, all that have reported with one
//     call. PERSISTENT|LEVEL would save that call; but whether a packet that waits on the
//     port is withdrawn when its socket is drained is written nowhere.
//   - Edge is PERSISTENT|EDGE. The kernel tells what changes while the registration is
//     enabled, and does not look when it is. So it is enabled first and then looked at,
//     with WSAPoll; what changes in between is told twice. Modify makes the registration
//     anew, see below. If the trial has not seen edges, the mode is refused.
//   - Readable asks for IN and HANGUP, Writable for OUT. HANGUP is ReadClosed with
//     Readable; ERR is Error, HangUp and ConnectFailed together, and comes unasked.
//   - There is no out-of-band data, so Priority is refused.
//   - An empty interest is a registration enabled for nothing.
//
// # Changes and waiting
//
// Each change is a call by whoever makes it, so that it holds at once also for a Wait
// that sleeps in the kernel, and so that its error is the caller's. Waiting is
// GetQueuedCompletionStatusEx, with the timers that package iocp has. That one call can
// make changes and wait is of use only to those whose changes may wait, which are those
// of level mode.
//
// # Keys and sockets
//
// A packet carries the key that its registration was made with: the token. A key cannot
// be changed. To register a socket under another one, the first registration is removed,
// and its last packet, REMOVE, must be taken before the next is made. Delete does not
// wait for that packet; an Add that follows does.
//
// No call says whether a socket is registered, or under what key, but removing it and
// waiting for the packet. Add begins with that: usually there was nothing, and the removal
// fails. If a packet comes with the token of a registration that stands, that is made
// again and Add fails with ErrExists. Modify to edge mode does the same, to be sure that
// what it looks at is what was registered.
//
// Closing a socket ends its registration without a packet, and the number may be
// somebody else's when Modify or level mode enables it again, which would register that
// one. So enabling what should stand carries a second key, which the kernel ignores
// if it does stand. Packets with a second key give the mistake away: nothing is told,
// and the stranger is removed again. Where the trial finds that enabling changes the key,
// there is one key only, and Features.ForgetsClosed is false.
//
// # Assumptions
//
// The trial (see [Trial]) refuses a kernel for which one of these does not hold: what is
// not registered cannot be removed; enabling ONESHOT|LEVEL looks, again each time, and
// makes one packet; a removal makes a packet with the registration's key; after it the
// socket can be registered under another. It does not try:
//
//   - that ERR comes to whoever asked for OUT alone, when the connection breaks;
//   - that HANGUP does not come to those who have not asked for it: it would be looked at,
//     dismissed and enabled again without end;
//   - that a socket on another port is refused, in particular one of package net's (the
//     error then says so). If Windows takes it, there is nothing to refuse;
//   - that a removal's packet is on the port when the removal returns. If it is late, an
//     Add of the same socket waits for it, a second at most;
//   - that a stream which was never connected is not reported, as AFD does not.
//
// # Quirks
//
//   - A packet that is queued when its source is modified may be delivered afterwards,
//     with conditions of before. They are reported if the new interest has them, so a
//     read may find nothing. A packet that tells nothing wanted is taken to have disabled
//     the registration, and it is enabled again.
//   - A packet that is queued when its source is closed without Delete may still make an
//     event, until the number is added again. Closing itself is not told.
//   - Two numbers of one socket (WSADuplicateSocket, DuplicateHandle) are one registration:
//     the second Add fails with ErrExists.
//   - Sockets of layered providers are registered by their base socket.
//   - In 32-bit processes a key has 32 bits, for 19 of index, one for the second key and 12
//     of generation. Another library that uses the call reports that registrations do not
//     work there; the trial then says so.
//
// Close removes what is registered, many with one call, and takes the packets that say so.
// The kernel holds no memory of ours, so that a packet which does not come delays nothing.
//
// All but the calls is untagged and tested on every host.
//
// Sources: https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-processsocketnotifications,
// https://learn.microsoft.com/windows/win32/api/winsock2/ns-winsock2-sock_notify_registration and
// https://learn.microsoft.com/windows/win32/winsock/winsock-socket-state-notifications
package socknotify
