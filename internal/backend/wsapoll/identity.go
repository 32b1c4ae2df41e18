package wsapoll

import (
	"hash/maphash"

	"github.com/goetia-go/goetia/internal/sys/winsock"
)

// identity is what can be known about the socket behind a number. Windows has
// no inode numbers for sockets, but a bound socket keeps its port, and a
// connected stream its peer, for as long as it lives. A part that is not known
// is zero.
type identity struct {
	family, port uint16
	// peer is a hash of the other side's address, of streams only: a datagram
	// socket may be connected elsewhere at any time.
	peer uint64
}

// verdict is the outcome of comparing a registered socket with the one that
// has its number now.
type verdict int

const (
	unknown verdict = iota
	same
	different
)

var seed = maphash.MakeSeed()

// identify asks the kernel. Peer is asked for only if it can decide.
func identify(k kernel, h uintptr, stream bool) identity {
	id := localOf(k, h)
	if stream && id.port != 0 {
		if peer := k.peer(h); peer.Port() != 0 {
			id.peer = maphash.Comparable(seed, peer)
		}
	}
	return id
}

func localOf(k kernel, h uintptr) identity {
	local := k.local(h)
	if local.Port() == 0 {
		return identity{} // not bound, or not an Internet socket
	}
	return identity{family: local.Family(), port: local.Port()}
}

// compare says whether now can be the socket that was registered as id.
func (id identity) compare(now identity) verdict {
	switch {
	case id.port == 0:
		return unknown
	case id.port != now.port || id.family != now.family:
		return different
	case id.peer != 0 && now.peer != 0 && id.peer != now.peer:
		// A stream that has lost its peer has none; it is the same still.
		return different
	}
	return same
}

// learn adds what became known since: a socket is bound when it connects.
func (id *identity) learn(now identity) {
	if id.port == 0 {
		*id = now
	} else if id.peer == 0 {
		id.peer = now.peer
	}
}

// kernel is what the mechanism asks of Windows. Tests simulate it.
type kernel interface {
	// poll is WSAPoll; a number that is no socket is answered with POLLNVAL,
	// also if all are. The timeout is in milliseconds, negative for none.
	poll(fds []winsock.PollFD, timeout int32) (int, error)
	// check returns whether h is a stream, or why it is no socket.
	check(h uintptr) (stream bool, err error)
	local(h uintptr) winsock.Name
	peer(h uintptr) winsock.Name
	// pair makes two connected sockets, signal makes the first readable
	// through the second, drain makes it not readable.
	pair() (near, far uintptr, err error)
	signal(far uintptr) error
	drain(near uintptr) error
	close(h uintptr) error
}
