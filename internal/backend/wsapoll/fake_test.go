package wsapoll

import (
	"errors"
	"sync"
	"time"

	"github.com/goetia-go/goetia/internal/sys/winsock"
)

// fakeKernel simulates WinSock, with what Wine was seen to do: a call holds the
// sockets and not their numbers, POLLHUP and POLLERR come unasked, a closed
// number among others does not end a call.
type fakeKernel struct {
	mu      sync.Mutex
	changed sync.Cond
	sockets map[uintptr]*fakeSocket
	next    uintptr
	polls   int
	fail    error
}

type fakeSocket struct {
	state  uint16 // what is the case, in poll's bits
	stream bool
	closed bool
	local  winsock.Name
	peer   winsock.Name
	far    *fakeSocket // of a wake-up pair
}

func newFake() *fakeKernel {
	k := &fakeKernel{sockets: map[uintptr]*fakeSocket{}, next: 4}
	k.changed.L = &k.mu
	return k
}

var errNotSocket = errors.New("not a socket")

func (k *fakeKernel) poll(fds []winsock.PollFD, timeout int32) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.polls++
	if err := k.fail; err != nil {
		k.fail = nil
		return 0, err
	}
	var few [64]*fakeSocket
	held := few[:0]
	for _, fd := range fds {
		held = append(held, k.sockets[fd.Socket])
	}
	var expiry time.Time
	if timeout > 0 {
		expiry = time.Now().Add(time.Duration(timeout) * time.Millisecond)
		timer := time.AfterFunc(time.Until(expiry), func() {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.changed.Broadcast()
		})
		defer timer.Stop()
	}
	for {
		ready := 0
		for i, s := range held {
			fds[i].Revents = 0
			switch {
			case s == nil:
				fds[i].Revents = winsock.PollNval
				continue
			case s.closed:
				fds[i].Revents = winsock.PollNval
			default:
				fds[i].Revents = s.state & (fds[i].Events | winsock.PollHup | winsock.PollErr)
			}
			if fds[i].Revents != 0 {
				ready++
			}
		}
		if ready > 0 || timeout == 0 || timeout > 0 && !time.Now().Before(expiry) {
			return ready, nil
		}
		k.changed.Wait()
	}
}

func (k *fakeKernel) check(h uintptr) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.sockets[h]; s != nil {
		return s.stream, nil
	}
	return false, errNotSocket
}

func (k *fakeKernel) local(h uintptr) winsock.Name {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.sockets[h]; s != nil {
		return s.local
	}
	return winsock.Name{}
}

func (k *fakeKernel) peer(h uintptr) winsock.Name {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.sockets[h]; s != nil {
		return s.peer
	}
	return winsock.Name{}
}

func (k *fakeKernel) pair() (near, far uintptr, err error) {
	near, far = k.open(0), k.open(0)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sockets[far].far = k.sockets[near]
	return near, far, nil
}

func (k *fakeKernel) signal(far uintptr) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sockets[far].far.state |= winsock.PollRdNorm
	k.changed.Broadcast()
	return nil
}

func (k *fakeKernel) drain(near uintptr) error {
	k.set(near, 0)
	return nil
}

func (k *fakeKernel) close(h uintptr) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.sockets[h]
	if s == nil {
		return errNotSocket
	}
	s.closed = true
	delete(k.sockets, h)
	k.changed.Broadcast()
	return nil
}

// open makes a stream with a number of its own. A port of zero leaves it
// without addresses.
func (k *fakeKernel) open(port uint16) uintptr {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.next += 4
	k.sockets[k.next] = newSocket(port)
	return k.next
}

// reopen puts a new socket under a number that was closed.
func (k *fakeKernel) reopen(h uintptr, port uint16) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sockets[h] = newSocket(port)
}

func newSocket(port uint16) *fakeSocket {
	s := &fakeSocket{stream: true}
	if port != 0 {
		s.local, s.peer = address(port), address(1)
	}
	return s
}

func address(port uint16) winsock.Name {
	n := winsock.Name{Len: 16}
	n.Raw[0], n.Raw[2], n.Raw[3] = 2, byte(port>>8), byte(port)
	return n
}

// set replaces what is the case with a socket.
func (k *fakeKernel) set(h uintptr, state uint16) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sockets[h].state = state
	k.changed.Broadcast()
}

// failNext makes the next call of poll fail.
func (k *fakeKernel) failNext(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fail = err
}

func (k *fakeKernel) pollCount() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.polls
}

func (k *fakeKernel) openSockets() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.sockets)
}
