// Package afd is the readiness mechanism of Windows: IOCTL_AFD_POLL on
// \Device\Afd, the driver beneath WinSock, with its completions on a port.
//
// # How it waits
//
// Each registration has at most one poll outstanding in the driver: a request
// that completes when the socket becomes ready. Completed requests queue
// packets on a completion port, and Wait dequeues them, many at a time. Since
// the driver's handle is associated with the port, and not the socket, this
// works for sockets that are on another port already, such as those of package
// net. A socket that is ready when its poll is submitted completes inline,
// without a packet.
//
// # How the contract maps
//
// A poll is level-triggered and fires once.
//
//   - Oneshot: one poll for each arming.
//   - Level: after an event was handed out, the next Wait submits the poll again.
//   - EdgeOneshot: the same as Oneshot. Arming always looks afresh, so the two
//     differ on no kernel.
//   - Edge: refused. The driver tells what is the case, not what changed. To
//     report a second edge one must know when the source stopped being ready, and
//     no observer of an arbitrary socket can: between the last read and the next
//     look, new data may have come, and an edge that is lost stalls the program.
//     Use EdgeOneshot and Modify.
//
// Readable asks for RECEIVE, ACCEPT and DISCONNECT (after a FIN, RECEIVE alone
// never fires), and everything for ABORT and CONNECT_FAIL. CONNECT is never asked
// for: it would be reported every time. LOCAL_CLOSE comes unasked when the socket
// is closed, and is reported as Closed.
//
// # Rules of the state machine
//
//   - Never two polls of one socket on one port: Windows may complete one with
//     the other's result. A new poll is submitted only after the old one's packet
//     has been dequeued, also when the registration was deleted and added again.
//   - A poll that is outstanding and covers the new interest is left alone.
//     Otherwise it is cancelled, and its packet, which may still say success,
//     decides nothing.
//   - A packet of a poll that was submitted before the last Modify is not
//     believed: the socket is looked at again.
//   - Changes made while nobody waits are queued and submitted by the next Wait,
//     so that several to one socket cost one call. Add submits at once, so that a
//     bad socket gives an error at once, and closing the socket is noticed.
//   - The memory of an operation belongs to the kernel until its packet has been
//     dequeued. It lives in pinned pages; a deleted registration stays in limbo
//     until then. Close cancels everything, drains to zero, closes the driver's
//     handles and then the port: a closed port does not stop the kernel from
//     writing.
//   - Polls are spread over handles of the driver, 32 on each, since cancelling
//     one costs time in proportion to its neighbours.
//
// # Quirks
//
//   - ABORT and CONNECT_FAIL stay; level mode repeats them until the source goes.
//   - A stream socket that was never connected reports nothing.
//   - LOCAL_CLOSE does not come while a duplicate of the handle is open, nor to a
//     registration that has no poll outstanding: one that is disarmed, has just
//     been reported or is about to be. Adding such a number therefore replaces the
//     old registration: whether its socket was closed meanwhile cannot be known.
//   - Two ports that poll one socket lose events on Server 2016 and 2019.
//
// The untagged part of this package is tested on every host against a simulated
// driver with those behaviours of Windows that Wine does not show.
package afd
