//go:build windows

package afd

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/afd"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"golang.org/x/sys/windows"
)

// Probe goes the way of Open and a first registration in single steps, and ends
// with the first one that fails and is needed.
func Probe() []backend.Step {
	p := &probe{}
	defer p.undo()
	for _, step := range []func() backend.Step{
		p.calls, p.openPort, p.openDevice, p.associate, p.inline, p.timer, p.baseHandle, p.firstPoll,
	} {
		s := step()
		p.steps = append(p.steps, s)
		if s.Err != nil && !s.Optional {
			break
		}
	}
	return p.steps
}

type probe struct {
	steps  []backend.Step
	skips  bool // success at submission queues no packet
	port   iocp.Port
	device windows.Handle
	socket windows.Handle
	base   uintptr
	undone []func()
}

func (p *probe) later(f func()) { p.undone = append(p.undone, f) }

func (p *probe) undo() {
	for i := len(p.undone) - 1; i >= 0; i-- {
		p.undone[i]()
	}
}

func (p *probe) calls() backend.Step {
	return backend.Step{Name: "system calls", Detail: "NtDeviceIoControlFile, NtCancelIoFileEx", Err: afd.Available()}
}

func (p *probe) openPort() backend.Step {
	port, err := iocp.New()
	if err == nil {
		p.port = port
		p.later(func() { port.Close() })
	}
	return backend.Step{Name: "completion port", Err: err}
}

func (p *probe) openDevice() backend.Step {
	h, err := afd.Open()
	if err == nil {
		p.device = h
		p.later(func() { windows.CloseHandle(h) })
	}
	return backend.Step{Name: "device opened", Detail: afd.DeviceName, Err: err}
}

func (p *probe) associate() backend.Step {
	return backend.Step{Name: "port associated", Err: p.port.Associate(p.device, keyPoll)}
}

func (p *probe) inline() backend.Step {
	s := backend.Step{Name: "inline completion", Optional: true, Detail: "a ready socket needs no packet"}
	err := windows.SetFileCompletionNotificationModes(p.device, iocp.SkipPortOnSuccess|iocp.SkipSetEvent)
	if p.skips = err == nil; !p.skips {
		s.Err, s.Detail = os.NewSyscallError("SetFileCompletionNotificationModes", err), "every event needs a packet"
	}
	return s
}

func (p *probe) timer() backend.Step {
	s := backend.Step{Name: "high-resolution timer", Optional: true, Detail: "timeouts are exact to about a millisecond"}
	t, err := iocp.NewTimer(p.port, keyTimer)
	if err != nil {
		s.Err, s.Detail = err, "timeouts may be a clock tick (up to 15.6 ms) late"
		return s
	}
	if err := t.Close(); err != nil {
		s.Err = err
	}
	return s
}

func (p *probe) baseHandle() backend.Step {
	s := backend.Step{Name: "base handle"}
	var data windows.WSAData
	if err := windows.WSAStartup(0x0202, &data); err != nil {
		s.Err = os.NewSyscallError("WSAStartup", err)
		return s
	}
	p.later(func() { windows.WSACleanup() })
	h, err := windows.Socket(windows.AF_INET, windows.SOCK_DGRAM, windows.IPPROTO_UDP)
	if err != nil {
		s.Err = os.NewSyscallError("socket", err)
		return s
	}
	p.socket = h
	p.later(func() { windows.Closesocket(h) })
	if err := windows.Bind(h, &windows.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		s.Err = os.NewSyscallError("bind", err)
		return s
	}
	p.base, s.Err = (&winKernel{}).base(uintptr(h))
	s.Detail = fmt.Sprintf("socket %#x has base %#x", uintptr(h), p.base)
	if p.base != 0 && p.base != uintptr(h) {
		s.Detail += ": a layered provider is installed"
	}
	return s
}

// firstPoll asks for what is the case at once, a bound datagram socket's room to
// send, and takes the packet from the port if one is due.
func (p *probe) firstPoll() backend.Step {
	s := backend.Step{Name: "first poll"}
	pool := new(socks)
	op := &pool.at(pool.alloc()).op
	op.Prepare(p.base, afd.PollSend)
	start := time.Now()
	status := afd.Submit(uintptr(p.device), op, 1)
	if status.Failed() {
		s.Err = fmt.Errorf("IOCTL_AFD_POLL: status %#x", uint32(status))
		return s
	}
	if status != afd.StatusSuccess || !p.skips {
		var entries [1]iocp.Entry
		n, err := p.port.Get(entries[:], 5000)
		if err != nil || n == 0 {
			// The kernel still has the operation; its page stays pinned.
			s.Err = errors.Join(errors.New("no packet within five seconds"), err)
			return s
		}
	}
	defer pool.unpin()
	if status, events := op.Outcome(); status != afd.StatusSuccess || events&afd.PollSend == 0 {
		s.Err = fmt.Errorf("the poll ended with status %#x and events %#x", uint32(status), events)
		return s
	}
	s.Detail = fmt.Sprintf("writable, after %v", time.Since(start).Round(time.Microsecond))
	return s
}
