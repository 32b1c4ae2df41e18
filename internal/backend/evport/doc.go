// Package evport is the readiness mechanism of Solaris and illumos: event ports.
//
// # How the contract maps
//
// An armed registration is an association of its descriptor with the port, whose
// cookie is the table index and the number of this arming. The kernel dissolves an
// association as it delivers the event, and looks at what is the case as it makes one.
//
//   - Oneshot and EdgeOneshot are just that.
//   - Level associates again, as the next Wait begins, what the last one reported. A
//     Wait costs a call for each source that was reported.
//   - Edge is refused. A new association looks at what is the case and not at what has
//     changed, so it would report the same bytes again; one that waits until they are
//     read would have to be told. See ADR 9.
//
// # Waiting
//
// A Wait blocks a thread in port_getn. Notify is port_send. Associations made meanwhile
// take effect on it.
//
// # Quirks
//
//   - port_getn hands out events also when it fails with ETIME or EINTR. They are gone
//     from the port, so they are taken whatever the error.
//   - Closing a descriptor ends its association silently. What is associated later
//     goes by the number, so the file's device and inode are compared first.
//     That costs an fstat for each arming.
//   - Sockets of these systems may have no inode numbers of their own; then a closed
//     and reused number is not noticed (Features.ForgetsClosed is not claimed).
//   - FIN is told on illumos (POLLRDHUP). On Solaris the source is readable, and the read
//     says end of stream.
//   - Regular files and directories are refused, although a port takes them: they are
//     always ready.
//
// Nothing here depends on the system but open.go, so that it is tested on every host. It
// has never run on a real one.
//
// Sources: port_create(3C), port_associate(3C), port_get(3C), port_send(3C).
package evport
