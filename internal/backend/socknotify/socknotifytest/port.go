package socknotifytest

import (
	"errors"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	mechanism "github.com/goetia-go/goetia/internal/backend/socknotify"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

// World is what the model watches descriptors with.
type World struct {
	Host *Host
	// Edge and Level are two mechanisms of their own over the same descriptors.
	Edge, Level backend.Backend
	// File tells what a number names now, or nil: a comparable value that changes
	// when the number is closed and used again.
	File   func(h uintptr) any
	Quirks Quirk
	// Foreign, if it is there, names sockets that are on somebody else's port.
	Foreign func(h uintptr) bool
	// Unconnected, if it is there, names streams that were never connected, among
	// those that are told as hung up. Windows says nothing of them.
	Unconnected func(h uintptr) bool
}

// Port is a model of one completion port with socket notifications.
type Port struct {
	w World
	// Fail and Refuse, if they are there, make calls and single changes fail.
	Fail   func(registrations []socknotify.Registration) socknotify.Result
	Refuse func(r socknotify.Registration) socknotify.Result

	// What follows is guarded by the host's mutex.
	byToken map[backend.Token]*registration
	uses    uint32
	queue   []*packet
	// dying are registrations whose last packet is late; fresh those with skip.
	dying, fresh []*registration
	ready        []backend.Event

	// happened belongs to the goroutine inside Dequeue.
	happened []backend.Event
}

var _ mechanism.Kernel = (*Port)(nil)

// New makes a model, which closes the world's mechanisms in the end.
func New(w World) *Port {
	return &Port{w: w, byToken: make(map[backend.Token]*registration)}
}

// Base implements the mechanism's kernel: there are no layers.
func (p *Port) Base(h uintptr) (uintptr, error) {
	if p.w.File(h) == nil {
		return 0, backend.ErrBadDescriptor
	}
	return h, nil
}

// Process implements the mechanism's kernel.
func (p *Port) Process(regs []socknotify.Registration) socknotify.Result {
	p.w.Host.mu.Lock()
	defer p.w.Host.mu.Unlock()
	if p.Fail != nil {
		if r := p.Fail(regs); r != socknotify.Success {
			return r
		}
	}
	if p.w.Quirks&FirstDecides != 0 && p.w.File(regs[0].Socket) == nil {
		return NotSocket
	}
	for i := range regs {
		regs[i].Result = p.change(&regs[i])
	}
	_ = p.w.Edge.Notify() // whoever waits looks again
	return socknotify.Success
}

func (p *Port) change(c *socknotify.Registration) socknotify.Result {
	what := p.w.File(c.Socket)
	if what == nil {
		return NotSocket
	}
	if p.Refuse != nil {
		if r := p.Refuse(*c); r != socknotify.Success {
			return r
		}
	}
	r := p.w.Host.find(what)
	if r != nil && r.port != p || p.w.Foreign != nil && p.w.Foreign(c.Socket) {
		return Elsewhere
	}
	switch c.Op {
	case socknotify.Enable:
		return p.enable(r, what, c)
	case socknotify.Disable:
		if r == nil || r.removed {
			return NotFound
		}
		p.disable(r)
		return socknotify.Success
	case socknotify.Remove:
		if r == nil || r.removed {
			return NotFound
		}
		p.remove(r)
		return socknotify.Success
	}
	return Elsewhere
}

func (p *Port) enable(r *registration, what any, c *socknotify.Registration) socknotify.Result {
	if r != nil && r.removed && p.w.Quirks&Revive == 0 {
		return Busy
	}
	if r == nil {
		if r = p.watch(c.Socket, what); r == nil {
			return NotSocket
		}
		r.key = c.Key
	}
	if p.w.Quirks&Overwrite != 0 && !r.removed {
		r.key = c.Key
	}
	r.filter, r.trigger, r.enabled = socknotify.Events(c.Filter), c.Trigger, true
	if r.queued != nil && !r.removed && p.w.Quirks&Sticky == 0 {
		r.queued.r, r.queued = nil, nil
	}
	p.observe(r)
	if c.Trigger&socknotify.Edge != 0 {
		p.enableEdge(r)
	}
	return socknotify.Success
}

// observe makes Level watch for what the registration may tell.
func (p *Port) observe(r *registration) {
	var in backend.Interest
	if r.enabled && r.filter&socknotify.In != 0 {
		in |= backend.Readable
	}
	if r.enabled && r.filter&socknotify.Out != 0 {
		in |= backend.Writable
	}
	if p.w.File(r.h) == r.what {
		_ = p.w.Level.Modify(r.h, r.token, in, backend.Level)
	}
}

func (p *Port) disable(r *registration) {
	if r.enabled {
		r.enabled = false
		p.observe(r)
	}
}

// enableEdge makes what is the case now count for nothing.
func (p *Port) enableEdge(r *registration) {
	if p.w.File(r.h) == r.what {
		_ = p.w.Edge.Modify(r.h, r.token, backend.AllInterests, backend.Edge)
	}
	r.happened, r.skip = 0, p.state(r)
	p.fresh = append(p.fresh, r)
}

// watch begins to watch a socket.
func (p *Port) watch(h uintptr, what any) *registration {
	p.uses++
	r := &registration{port: p, h: h, what: what, token: backend.MakeToken(p.uses, 1)}
	for _, b := range []struct {
		backend.Backend
		mode backend.Mode
		in   backend.Interest
	}{{p.w.Edge, backend.Edge, backend.AllInterests}, {p.w.Level, backend.Level, 0}} {
		if b.Add(h, r.token, 0, b.in, b.mode) != nil {
			return nil
		}
	}
	if p.w.Host.sockets == nil {
		p.w.Host.sockets = make(map[any]*registration)
	}
	p.w.Host.sockets[what], p.byToken[r.token] = r, r
	return r
}

// drop ends a registration. A packet of it stays queued.
func (p *Port) drop(r *registration) {
	if p.byToken[r.token] == nil {
		return
	}
	delete(p.byToken, r.token)
	if p.w.Host.sockets[r.what] == r {
		delete(p.w.Host.sockets, r.what)
	}
	r.enabled = false
	if p.w.File(r.h) == r.what {
		// Otherwise the mechanisms have lost sight of it by themselves.
		_ = p.w.Edge.Delete(r.h, r.token)
		_ = p.w.Level.Delete(r.h, r.token)
	}
}

func (p *Port) remove(r *registration) {
	p.disable(r)
	r.removed = true
	if p.w.Quirks&Late != 0 {
		r.late = 3
		p.dying = append(p.dying, r)
		return
	}
	p.post(r, socknotify.Removed)
}

// post queues a packet, or adds to the one that is queued.
func (p *Port) post(r *registration, events socknotify.Events) {
	if r.queued == nil {
		r.queued = &packet{r: r}
		p.queue = append(p.queue, r.queued)
	}
	r.queued.events |= events
}

// Look implements the mechanism's kernel, for sockets that are registered.
func (p *Port) Look(h uintptr) (socknotify.Events, error) {
	p.w.Host.mu.Lock()
	defer p.w.Host.mu.Unlock()
	r := p.w.Host.find(p.w.File(h))
	if r == nil {
		return 0, errors.New("socknotifytest: a look at what is not registered")
	}
	return p.state(r), nil
}

func (p *Port) state(r *registration) socknotify.Events {
	for _, ev := range p.look() {
		if ev.Token == r.token {
			return r.translate(ev.Ready)
		}
	}
	return 0
}

// look asks what is the case now.
func (p *Port) look() []backend.Event {
	if len(p.ready) <= len(p.byToken) {
		p.ready = make([]backend.Event, 2*len(p.byToken)+1)
	}
	n, err := p.w.Level.Wait(p.ready, 0)
	if err != nil {
		return nil // nothing is the case
	}
	return p.ready[:n]
}

// Wake implements the mechanism's kernel.
func (p *Port) Wake() error {
	p.w.Host.mu.Lock()
	defer p.w.Host.mu.Unlock()
	p.queue = append(p.queue, &packet{wake: true})
	return p.w.Edge.Notify()
}

// Close closes the port, and with it ends what is registered on it.
func (p *Port) Close() error {
	p.w.Host.mu.Lock()
	defer p.w.Host.mu.Unlock()
	for _, r := range p.byToken {
		p.drop(r)
	}
	return errors.Join(p.w.Edge.Close(), p.w.Level.Close())
}

// Registered says how many sockets are registered on the port.
func (p *Port) Registered() int {
	p.w.Host.mu.Lock()
	defer p.w.Host.mu.Unlock()
	return len(p.byToken)
}

// Dequeue implements the mechanism's kernel.
func (p *Port) Dequeue(entries []iocp.Entry, timeout time.Duration) (int, error) {
	deadline := time.Now().Add(timeout)
	for {
		if err := p.happenings(0); err != nil {
			return 0, err
		}
		n, late := p.collect(entries)
		if n > 0 || !late && timeout >= 0 && !time.Now().Before(deadline) {
			return n, nil
		}
		if late {
			continue // time passes
		}
		left := timeout
		if timeout > 0 {
			left = max(time.Until(deadline), 0) // below zero is for ever
		}
		if err := p.happenings(left); err != nil {
			return 0, err
		}
	}
}
