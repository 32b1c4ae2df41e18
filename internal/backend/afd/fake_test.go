package afd

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/afd"
)

// driver simulates \Device\Afd and a completion port. It checks what a kernel
// cannot: that memory it holds is not used again, that no socket has two polls
// outstanding, that handles are closed in the right order.
type driver struct {
	t  testing.TB
	mu sync.Mutex

	sockets map[uintptr]*endpoint // by handle number
	devices map[uintptr]*device
	port    []uintptr
	closed  bool
	arrived *sync.Cond
	next    uintptr

	// Behaviours of Windows that a test asks for.
	inline       bool        // success at submission queues no packet
	lateSuccess  bool        // a cancelled poll completes with what it had found
	cancelStatus *afd.Status // what cancel answers
	refuse       *afd.Status // what submit answers
	zeroCount    int         // so many polls complete with count zero
	mixUp        bool        // do not fail on two polls: confuse them
	keepPackets  bool        // completed polls queue no packet until release

	held            []uintptr
	submits, busies int
}

// endpoint is a socket.
type endpoint struct {
	ready uint32
	polls []*request
}

type request struct {
	device uintptr
	op     *afd.Op
	id     uintptr
	socket *endpoint
}

type device struct{ requests int }

func newDriver(t testing.TB) *driver {
	d := &driver{t: t, sockets: map[uintptr]*endpoint{}, devices: map[uintptr]*device{}, next: 1000, inline: true}
	d.arrived = sync.NewCond(&d.mu)
	return d
}

// open makes a socket under a handle number.
func (d *driver) open(h uintptr) *endpoint {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.sockets[h] != nil {
		d.t.Fatalf("handle %d is open", h)
	}
	e := &endpoint{}
	d.sockets[h] = e
	return e
}

// set changes what a socket is ready for.
func (d *driver) set(e *endpoint, ready uint32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e.ready = ready
	d.check(e)
}

// closeSocket is closesocket.
func (d *driver) closeSocket(h uintptr) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.sockets[h]
	delete(d.sockets, h)
	for _, r := range e.polls {
		d.finish(r, afd.StatusSuccess, afd.PollLocalClose)
	}
	e.polls = nil
}

// check completes what has become ready.
func (d *driver) check(e *endpoint) {
	keep := e.polls[:0:0]
	for i, r := range e.polls {
		found := e.ready & r.op.Info.Events
		if found == 0 {
			keep = append(keep, r)
			continue
		}
		if d.mixUp && len(e.polls) > 1 {
			// Windows completes the wrong one with the other's result.
			other := e.polls[len(e.polls)-1-i]
			d.finish(other, afd.StatusSuccess, found)
			keep = append(keep, r)
			continue
		}
		d.finish(r, afd.StatusSuccess, found)
	}
	e.polls = keep
}

// finish completes a request, with the port's packet.
func (d *driver) finish(r *request, status afd.Status, events uint32) {
	d.result(r.op, status, events)
	d.devices[r.device].requests--
	if d.keepPackets {
		d.held = append(d.held, r.id)
		return
	}
	d.port = append(d.port, r.id)
	d.arrived.Broadcast()
}

func (d *driver) result(op *afd.Op, status afd.Status, events uint32) {
	op.Info.Handles, op.Info.Events = 1, events
	if d.zeroCount > 0 && status == afd.StatusSuccess {
		d.zeroCount--
		op.Info.Handles = 0
	}
	op.IOStatusBlock.SetStatus(status)
}

// release queues the packets that were held back.
func (d *driver) release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.keepPackets = false
	d.port = append(d.port, d.held...)
	d.held = nil
	d.arrived.Broadcast()
}

func (d *driver) openDevice() (uintptr, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.next++
	d.devices[d.next] = &device{}
	return d.next, d.inline, nil
}

func (d *driver) closeDevice(h uintptr) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	dev := d.devices[h]
	if dev == nil {
		return fmt.Errorf("device %d is not open", h)
	}
	if dev.requests > 0 {
		d.t.Errorf("device %d closed with %d requests", h, dev.requests)
	}
	delete(d.devices, h)
	return nil
}

func (d *driver) base(h uintptr) (uintptr, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.sockets[h] == nil {
		return 0, backend.ErrBadDescriptor
	}
	return h, nil
}

func (d *driver) submit(dev uintptr, op *afd.Op, id uintptr) afd.Status {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.submits++
	if d.refuse != nil {
		return *d.refuse
	}
	e := d.sockets[op.Info.Handle]
	if e == nil {
		return afd.StatusInvalidHandle
	}
	if op.IOStatusBlock.Status() != afd.StatusPending {
		d.t.Errorf("operation of %d was not prepared", id)
	}
	if op.Info.Exclusive != 0 || op.Info.Timeout != afd.NoTimeout || op.Info.Handles != 1 {
		d.t.Errorf("operation of %d: %+v", id, op.Info)
	}
	if len(e.polls) > 0 {
		d.busies++
		if !d.mixUp {
			d.t.Errorf("a second poll of socket %d while %d is outstanding", op.Info.Handle, e.polls[0].id)
		}
	}
	if found := e.ready & op.Info.Events; found != 0 {
		d.result(op, afd.StatusSuccess, found)
		if !d.inline {
			d.port = append(d.port, id)
			d.arrived.Broadcast()
		}
		return afd.StatusSuccess
	}
	e.polls = append(e.polls, &request{device: dev, op: op, id: id, socket: e})
	d.devices[dev].requests++
	return afd.StatusPending
}

func (d *driver) cancel(dev uintptr, op *afd.Op) afd.Status {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cancelStatus != nil {
		return *d.cancelStatus
	}
	for _, e := range d.sockets {
		for i, r := range e.polls {
			if r.op != op {
				continue
			}
			e.polls = append(e.polls[:i:i], e.polls[i+1:]...)
			if d.lateSuccess {
				d.finish(r, afd.StatusSuccess, r.op.Info.Events&^afd.PollLocalClose)
			} else {
				d.finish(r, afd.StatusCancelled, 0)
			}
			return afd.StatusSuccess
		}
	}
	return afd.StatusNotFound
}

func (d *driver) wake() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.port = append(d.port, 0)
	d.arrived.Broadcast()
	return nil
}

func (d *driver) dequeue(ids []uintptr, timeout time.Duration) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return 0, errors.New("port is closed")
	}
	if timeout != 0 && len(d.port) == 0 {
		// Long timeouts are for packets that must come; nothing here tests
		// the clock.
		expired := false
		if timeout > 0 {
			timer := time.AfterFunc(timeout, func() {
				d.mu.Lock()
				defer d.mu.Unlock()
				expired = true
				d.arrived.Broadcast()
			})
			defer timer.Stop()
		}
		for len(d.port) == 0 && !expired {
			d.arrived.Wait()
		}
	}
	n := copy(ids, d.port)
	d.port = d.port[n:]
	return n, nil
}

func (d *driver) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.devices) > 0 {
		d.t.Errorf("port closed with %d devices open", len(d.devices))
	}
	d.closed = true
	return nil
}
