//go:build windows

package wsapoll

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/winsock"
	"golang.org/x/sys/windows"
)

// groupSize is chosen by measurement; the package documentation has it.
const groupSize = 128

// toldFailures is the build of Windows 10 version 2004, the first whose WSAPoll
// reports that a connection attempt has failed.
const toldFailures = 19041

// Open makes an empty set.
func Open() (*Poll, error) {
	if err := winsock.Start(); err != nil {
		return nil, err
	}
	readiness := ^backend.Readiness(0)
	if windows.RtlGetVersion().BuildNumber < toldFailures {
		readiness &^= backend.ReadyConnectFailed
	}
	return newPoll(native{}, groupSize, readiness), nil
}

// native is the kernel that is not simulated.
type native struct{}

var one = []byte{1}

func (native) poll(fds []winsock.PollFD, timeout int32) (int, error) {
	n, err := winsock.Poll(fds, timeout)
	if !winsock.IsNotSocket(err) {
		return n, err
	}
	// All of them are closed, or there is one that no answer was given for.
	for i := range fds {
		fds[i].Revents = 0
		if _, err := winsock.Type(fds[i].Socket); err != nil {
			fds[i].Revents = winsock.PollNval
			n++
		}
	}
	return n, nil
}

func (native) check(h uintptr) (stream bool, err error) {
	typ, err := winsock.Type(h)
	return typ == windows.SOCK_STREAM, err
}

func (native) local(h uintptr) winsock.Name { return winsock.Local(h) }
func (native) peer(h uintptr) winsock.Name  { return winsock.Peer(h) }

func (native) pair() (near, far uintptr, err error) { return winsock.Pair() }

// signal: a connection whose buffer is full is readable already.
func (native) signal(far uintptr) error {
	_, err := winsock.Send(far, one)
	return err
}

func (native) drain(near uintptr) error {
	var buf [16]byte
	for {
		n, blocked, err := winsock.Receive(near, buf[:])
		if err != nil || blocked || n < len(buf) {
			return err
		}
	}
}

func (native) close(h uintptr) error { return winsock.Close(h) }
