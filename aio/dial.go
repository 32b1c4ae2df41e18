package aio

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/goetia-go/goetia/future"
)

// Dialer connects. The zero Dialer is ready for use.
type Dialer struct {
	// Net has settings of package net for each attempt: a local address, Control, keep-alive.
	// Its own deadlines and its fallback delay are not used.
	Net net.Dialer
	// Timeout, if not zero, is how long connecting may take in all, looking up included.
	// The error is then a net.Error whose Timeout is true, and os.ErrDeadlineExceeded. A
	// negative one is over at once.
	Timeout time.Duration
	// Delay is how long an attempt has before the next address is tried beside it; 250 ms
	// if it is zero (RFC 8305, section 5).
	Delay time.Duration
	// Lookup finds a host's addresses, the best first; net.DefaultResolver's LookupNetIP
	// if it is nil. The network is "ip", "ip4" or "ip6".
	Lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// attemptDelay is the recommended Connection Attempt Delay of RFC 8305.
const attemptDelay = 250 * time.Millisecond

// Dial connects to an address as net.Dial takes it, on TCP or Unix. A host with several addresses
// has them tried as RFC 8305 says (happy eyeballs): one family and the other in turn, the
// next one as soon as one fails or a quarter of a second has passed, and the first to
// connect wins. If it is cancelled, what it has opened is closed.
func (l *Loop) Dial(network, address string) future.Future[future.Result[*Conn]] {
	return new(Dialer).Dial(l, network, address)
}

// Dial is [Loop.Dial] with settings. Timers go by the clock of whoever polls.
func (d *Dialer) Dial(l *Loop, network, address string) future.Future[future.Result[*Conn]] {
	return &dialing{d: *d, l: l, network: network, address: address}
}

// dialing is a Dial that goes on.
type dialing struct {
	d                Dialer
	l                *Loop
	network, address string

	began    bool
	lookup   future.Future[future.Result[[]netip.Addr]]
	port     string
	targets  []string
	attempts []*offload[net.Conn]
	running  int
	errs     []error

	slot    future.Slot
	timer   future.Timer
	timeout future.Timer
	// nextAt is when the next attempt begins, and endAt when all end.
	nextAt, endAt time.Time
}

// Poll implements [future.Future].
func (f *dialing) Poll(cx *future.Context) (r future.Result[*Conn], ready bool) {
	c, ready, err := f.poll(cx)
	if !ready {
		return r, false
	}
	f.end()
	if err != nil {
		return future.Result[*Conn]{Err: f.fail(err)}, true
	}
	return future.Result[*Conn]{Value: c}, true
}

func (f *dialing) poll(cx *future.Context) (c *Conn, ready bool, err error) {
	// What it waits for wakes the slot, whichever poll began it.
	f.slot.Register(cx.Waker())
	now := cx.Clock().Now()
	if !f.began {
		f.began = true
		if err := f.begin(); err != nil {
			return nil, true, err
		}
		if f.d.Timeout != 0 {
			f.endAt = now.Add(f.d.Timeout)
			f.timeout = cx.Clock().AfterFunc(f.d.Timeout, f.slot.Wake)
		}
	}
	if c, err := f.arrived(cx); c != nil || err != nil {
		return c, true, err
	}
	if !f.endAt.IsZero() && !now.Before(f.endAt) {
		return nil, true, os.ErrDeadlineExceeded
	}
	if f.lookup != nil {
		r, ready := future.PollWith(cx, future.Waker(&f.slot), f.lookup)
		switch {
		case !ready:
			return nil, false, nil
		case r.Err != nil:
			return nil, true, r.Err
		}
		f.lookup = nil
		f.targets = targets(f.network, r.Value, f.port)
		if len(f.targets) == 0 {
			return nil, true, &net.AddrError{Err: "no suitable address", Addr: f.address}
		}
	}
	for len(f.targets) > 0 && (f.running == 0 || !now.Before(f.nextAt)) {
		f.attempt(cx, now)
		// Fail at once it may, and then the next one is due.
		if c, err := f.arrived(cx); c != nil || err != nil {
			return c, true, err
		}
	}
	if f.running == 0 && len(f.targets) == 0 {
		return nil, true, errors.Join(f.errs...)
	}
	return nil, false, nil
}

// begin finds out what to try, or begins to.
func (f *dialing) begin() error {
	if !strings.HasPrefix(f.network, "tcp") {
		if !strings.HasPrefix(f.network, "unix") {
			return net.UnknownNetworkError(f.network)
		}
		f.targets = []string{f.address}
		return nil
	}
	host, port, err := net.SplitHostPort(f.address)
	if err != nil {
		return err
	}
	if _, err := netip.ParseAddr(host); err == nil || host == "" {
		f.targets = []string{f.address}
		return nil
	}
	look := f.d.Lookup
	if look == nil {
		look = net.DefaultResolver.LookupNetIP
	}
	f.port = port
	f.lookup = future.Go(func(ctx context.Context) ([]netip.Addr, error) {
		return look(ctx, "ip"+strings.TrimPrefix(f.network, "tcp"), host)
	})
	return nil
}

// attempt begins the next one.
func (f *dialing) attempt(cx *future.Context, now time.Time) {
	target := f.targets[0]
	f.targets = f.targets[1:]
	dialer := f.d.Net
	dialer.Timeout, dialer.Deadline, dialer.FallbackDelay = 0, time.Time{}, -1
	a := &offload[net.Conn]{
		work: func(ctx context.Context) (net.Conn, error) { return dialer.DialContext(ctx, f.network, target) },
		drop: func(c net.Conn) { _ = c.Close() },
	}
	f.attempts = append(f.attempts, a)
	f.running++
	if len(f.targets) == 0 {
		return
	}
	delay := f.d.Delay
	if delay == 0 {
		delay = attemptDelay
	}
	f.nextAt = now.Add(delay)
	if f.timer == nil {
		f.timer = cx.Clock().AfterFunc(delay, f.slot.Wake)
	} else {
		f.timer.Reset(delay)
	}
}

// arrived looks what has become of the attempts.
func (f *dialing) arrived(cx *future.Context) (*Conn, error) {
	for i, a := range f.attempts {
		if a == nil {
			continue
		}
		r, ready := future.PollWith(cx, &f.slot, a)
		if !ready {
			continue
		}
		f.attempts[i] = nil
		f.running--
		if r.Err != nil {
			f.errs = append(f.errs, r.Err)
			continue
		}
		a.taken()
		return f.l.adopt(r.Value)
	}
	return nil, nil
}

// end lets go of all that still goes on.
func (f *dialing) end() {
	for _, t := range []future.Timer{f.timer, f.timeout} {
		if t != nil {
			t.Stop()
		}
	}
	if f.lookup != nil {
		future.Cancel(f.lookup)
	}
	for _, a := range f.attempts {
		if a != nil {
			a.Cancel()
		}
	}
	f.attempts, f.targets = nil, nil
	f.slot.Clear()
}

// Cancel implements [future.Canceler].
func (f *dialing) Cancel() { f.end() }

// fail says what was dialled, unless the error does.
func (f *dialing) fail(err error) error {
	var told *net.OpError
	if errors.As(err, &told) {
		return err
	}
	return &net.OpError{Op: "dial", Net: f.network, Addr: name{f.network, f.address}, Err: err}
}

// name is an address that was not resolved.
type name struct{ network, address string }

func (n name) Network() string { return n.network }
func (n name) String() string  { return n.address }
