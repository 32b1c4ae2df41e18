package poll

import (
	"errors"
	"fmt"
	"net"
	"time"
)

// Step is one thing that a mechanism needs from the system, tried out.
type Step struct {
	// Name says what was tried.
	Name string
	// Detail is what was found, in words. It may be empty.
	Detail string
	// Err is nil if it worked.
	Err error
	// Optional: without it the mechanism works, less well; Detail says how.
	Optional bool
}

// Diagnose tries out a mechanism in single steps, from opening it to a first
// event on a loopback connection, and ends with the first step that fails and
// is needed. It is for reports to people; it opens and closes what it needs, and
// blocks for a few seconds at most. An unknown mechanism gives one failed step.
func Diagnose(m Mechanism) []Step {
	var steps []Step
	first := firstEvent
	for _, c := range candidates() {
		if c.name != m {
			continue
		}
		if c.pair != nil {
			first = func(p *Poller) Step { return firstEventOf(p, c.pair) }
		}
		if c.probe == nil {
			continue
		}
		for _, s := range c.probe() {
			steps = append(steps, Step(s))
			if s.Err != nil && !s.Optional {
				return steps
			}
		}
	}
	p, err := New(WithMechanism(m))
	steps = append(steps, Step{Name: "poller opened", Err: err})
	if err != nil {
		return steps
	}
	s := first(p)
	if err := p.Close(); err != nil && s.Err == nil {
		s.Err = err
	}
	return append(steps, s)
}

// diagnoseLimit bounds how long the first event may take.
const diagnoseLimit = 5 * time.Second

// firstEvent waits for a connection to be accepted and one to be writable.
func firstEvent(p *Poller) Step {
	s := Step{Name: "first event"}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.Err = fmt.Errorf("no loopback listener: %w", err)
		return s
	}
	defer l.Close()
	src, err := Conn(l.(*net.TCPListener))
	if err == nil {
		err = p.Add(src, 1, Readable, Oneshot)
	}
	if err != nil {
		s.Err = err
		return s
	}
	defer p.Delete(src)
	start := time.Now()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		s.Err = fmt.Errorf("no loopback connection: %w", err)
		return s
	}
	defer c.Close()
	var events [1]Event
	switch n, err := p.Wait(events[:], diagnoseLimit); {
	case err != nil:
		s.Err = err
	case n == 0:
		s.Err = errors.New("a connection to a loopback listener was not reported")
	case events[0].Key != 1 || !events[0].Ready.Has(Readable):
		s.Err = fmt.Errorf("a connection to a loopback listener was reported as %v of key %d", events[0].Ready, events[0].Key)
	default:
		s.Detail = fmt.Sprintf("listener readable, %v after connecting began", time.Since(start).Round(time.Microsecond))
	}
	return s
}

// firstEventOf waits for a connected socket to be writable.
func firstEventOf(p *Poller, pair func() (uintptr, func(), error)) Step {
	s := Step{Name: "first event"}
	h, closeBoth, err := pair()
	if err != nil {
		s.Err = fmt.Errorf("no loopback connection: %w", err)
		return s
	}
	defer closeBoth()
	start := time.Now()
	if s.Err = p.Add(FD(h), 1, Writable, Oneshot); s.Err != nil {
		return s
	}
	defer p.Delete(FD(h))
	var events [1]Event
	switch n, err := p.Wait(events[:], diagnoseLimit); {
	case err != nil:
		s.Err = err
	case n == 0:
		s.Err = errors.New("a connected socket was not reported")
	case events[0].Key != 1 || !events[0].Ready.Has(Writable):
		s.Err = fmt.Errorf("a connected socket was reported as %v of key %d", events[0].Ready, events[0].Key)
	default:
		s.Detail = fmt.Sprintf("connected socket writable after %v", time.Since(start).Round(time.Microsecond))
	}
	return s
}
