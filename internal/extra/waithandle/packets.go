//go:build windows

package waithandle

import (
	"errors"
	"sync"

	"github.com/goetia-go/goetia/internal/sys/iocp"
	"golang.org/x/sys/windows"
)

var havePackets = sync.OnceValue(func() bool { return iocp.HavePackets() == nil })

// hub reads the packets of all waits from one port, for as long as there are any.
type hub struct {
	mu    sync.Mutex
	port  iocp.Port
	waits map[uintptr]*packetWait
	last  uintptr
	// done is closed when the goroutine has ended.
	done chan struct{}
}

var common hub

// stop is the key that ends the goroutine; waits are numbered from 1.
const stop = 0

type packetWait struct {
	hub    *hub
	id     uintptr
	packet iocp.Packet

	handle windows.Handle
	each   bool

	// mu is held while called runs.
	mu     sync.Mutex
	called func()
}

func (h *hub) wait(handle windows.Handle, called func(), each bool) (Wait, error) {
	packet, err := iocp.NewPacket()
	if err != nil {
		return nil, err
	}
	w := &packetWait{hub: h, packet: packet, handle: handle, each: each, called: called}
	if err := h.enter(w); err != nil {
		return nil, errors.Join(err, packet.Close())
	}
	// A handle that is signalled already has the packet queued as well.
	if _, err := packet.Associate(h.port, handle, w.id); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// enter numbers a wait, and starts the goroutine for the first.
func (h *hub) enter(w *packetWait) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.waits) == 0 {
		port, err := iocp.New()
		if err != nil {
			return err
		}
		h.port, h.waits, h.done = port, make(map[uintptr]*packetWait), make(chan struct{})
		go h.read(port, h.done)
	}
	h.last++
	w.id = h.last
	h.waits[w.id] = w
	return nil
}

func (h *hub) read(port iocp.Port, done chan struct{}) {
	defer close(done)
	entries := make([]iocp.Entry, 16)
	for {
		n, err := port.Get(entries, infinite)
		if err != nil {
			return // the port is gone
		}
		for _, e := range entries[:n] {
			if e.Key == stop {
				return
			}
			h.mu.Lock()
			w := h.waits[e.Key]
			h.mu.Unlock()
			if w != nil {
				w.call(port)
			}
		}
	}
}

// call calls back, and waits again if that is wanted.
func (w *packetWait) call(port iocp.Port) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.called == nil {
		return
	}
	if w.each {
		// Should it fail, there is nobody to tell; the handle is gone.
		_, _ = w.packet.Associate(port, w.handle, w.id)
	}
	w.called()
}

// Close implements Wait.
func (w *packetWait) Close() error {
	w.mu.Lock()
	w.called = nil
	w.mu.Unlock()
	w.packet.Cancel() // one that is being delivered finds nobody
	err := w.packet.Close()
	return errors.Join(err, w.hub.leave(w))
}

// leave forgets a wait, and ends the goroutine with the last.
func (h *hub) leave(w *packetWait) error {
	h.mu.Lock()
	delete(h.waits, w.id)
	last, port, done := len(h.waits) == 0, h.port, h.done
	h.mu.Unlock()
	if !last {
		return nil
	}
	// Whoever comes now begins anew, with a port of its own.
	if err := port.Post(stop); err != nil {
		return err
	}
	<-done
	return port.Close()
}
