package poll

import (
	"errors"
	"fmt"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/faulty"
	"github.com/goetia-go/goetia/internal/backend/sim"
)

// chooser draws the numbers that decide what a model run does.
type chooser interface {
	// choose returns a number in [0, n); more says whether to go on at all.
	choose(n int) int
	more() bool
}

// model is what a Poller over simulated sources ought to do: a map of
// registrations, and rules for what an event may say.
type model struct {
	c    chooser
	k    sim.Kernel
	p    *Poller
	plan faulty.Plan
	wild *faulty.Backend

	sources [6]*sim.Source
	// regs are by source number, as the Poller's are.
	regs map[uintptr]*modelReg
	next Key
	// log is what was done, for the message of a failure.
	log []string
}

type modelReg struct {
	key   Key
	in    Interest
	mode  Mode
	armed bool
	src   *sim.Source // the source that was added; another may have its number by now
}

func newModel(c chooser, plan faulty.Plan, config sim.Config) *model {
	m := &model{c: c, plan: plan, regs: make(map[uintptr]*modelReg)}
	m.wild = faulty.Wrap(m.k.Open(config), plan)
	m.p = newPoller("model", m.wild)
	for i := range m.sources {
		m.sources[i] = m.k.NewSource()
	}
	return m
}

// honest: events are neither late nor invented, so they say what is the case.
func (m *model) honest() bool {
	return m.plan.Unasked == 0 && m.plan.Delay == 0 && m.plan.Duplicate == 0
}

func (m *model) note(format string, args ...any) { m.log = append(m.log, fmt.Sprintf(format, args...)) }

// run does as many steps as the chooser wants, and then sees that nothing was
// lost.
func (m *model) run() (err error) {
	defer func() {
		if closeErr := m.p.Close(); err == nil {
			err = closeErr
		}
	}()
	for m.c.more() {
		if err := m.step(); err != nil {
			return err
		}
	}
	return m.nothingLost()
}

func (m *model) step() error {
	i := m.c.choose(len(m.sources))
	s := m.sources[i]
	h := s.Handle()
	reg := m.regs[h]
	in, mode := Interest(m.c.choose(8)), Mode(m.c.choose(4))
	switch m.c.choose(9) {
	case 0, 1:
		m.next++
		err := m.p.Add(FD(h), m.next, in, mode)
		m.note("add %d key %d %v %v: %v", h, m.next, in, mode, err)
		if reg != nil && reg.src == s {
			return want(err, ErrExists)
		}
		if err != nil {
			return fmt.Errorf("add: %w", err)
		}
		m.regs[h] = &modelReg{m.next, in, mode, true, s}
	case 2, 3:
		m.next++
		err := m.p.Modify(FD(h), m.next, in, mode)
		m.note("modify %d key %d %v %v: %v", h, m.next, in, mode, err)
		if reg == nil || reg.src != s {
			delete(m.regs, h)
			return want(err, ErrNotFound)
		}
		if err != nil {
			return fmt.Errorf("modify: %w", err)
		}
		reg.key, reg.in, reg.mode, reg.armed = m.next, in, mode, true
	case 4:
		err := m.p.Delete(FD(h))
		m.note("delete %d: %v", h, err)
		if reg == nil {
			return want(err, ErrNotFound)
		}
		delete(m.regs, h)
		if err != nil {
			return fmt.Errorf("delete: %w", err)
		}
	case 5:
		// Close without delete; somebody else gets the number.
		s.Close()
		m.sources[i] = m.k.NewSource()
		m.note("close %d, the new source is %d", h, m.sources[i].Handle())
	case 6:
		what := m.c.choose(6)
		m.note("source %d: %d", h, what)
		switch what {
		case 0, 1:
			s.SetReadable(what == 0)
		case 2, 3:
			s.SetWritable(what == 2)
		case 4:
			s.EndStream()
		case 5:
			s.Fail()
		}
	case 7:
		err := m.p.Notify()
		m.note("notify: %v", err)
		return err
	case 8:
		_, err := m.wait(1 + m.c.choose(8))
		return err
	}
	return nil
}

func want(err, sentinel error) error {
	if !errors.Is(err, sentinel) {
		return fmt.Errorf("got error %v, want %v", err, sentinel)
	}
	return nil
}

// wait looks once and holds every event against the map.
func (m *model) wait(room int) (int, error) {
	events := make([]Event, room)
	n, err := m.p.Wait(events, 0)
	m.note("wait: %v, %v", events[:n], err)
	if err != nil {
		return n, fmt.Errorf("wait: %w", err)
	}
	seen := make(map[Key]bool)
	for _, ev := range events[:n] {
		var reg *modelReg
		for _, r := range m.regs {
			if r.key == ev.Key {
				reg = r
			}
		}
		switch {
		case reg == nil:
			return n, fmt.Errorf("key %d, which is not registered, was reported %v", ev.Key, ev.Ready)
		case seen[ev.Key]:
			return n, fmt.Errorf("key %d twice in one Wait", ev.Key)
		case ev.Ready == Closed && m.p.Features().ReportsClose:
			if reg.src == m.k.Lookup(reg.src.Handle()) {
				return n, fmt.Errorf("key %d was reported closed and is open", ev.Key)
			}
			delete(m.regs, reg.src.Handle())
			continue
		case !reg.armed:
			return n, fmt.Errorf("key %d was reported %v a second time for one arm", ev.Key, ev.Ready)
		}
		seen[ev.Key] = true
		allowed := Readiness(backend.Readiness(^backend.ReadyClosed).Mask(backend.Interest(reg.in)))
		if ev.Ready == 0 || ev.Ready&^allowed != 0 {
			return n, fmt.Errorf("key %d asked for %v and was reported %v", ev.Key, reg.in, ev.Ready)
		}
		if truth := Readiness(reg.src.Ready().Mask(backend.Interest(reg.in))); m.honest() && ev.Ready != truth {
			return n, fmt.Errorf("key %d was reported %v and is %v", ev.Key, ev.Ready, truth)
		}
		if reg.mode == Oneshot || reg.mode == EdgeOneshot {
			reg.armed = false
		}
	}
	return n, nil
}

// nothingLost arms everything once more and sees every source that is ready
// reported.
func (m *model) nothingLost() error {
	missing := make(map[Key]string)
	for h, reg := range m.regs {
		if reg.src != m.k.Lookup(h) {
			continue // closed
		}
		m.next++
		if err := m.p.Modify(FD(h), m.next, reg.in, reg.mode); err != nil {
			return fmt.Errorf("last modify: %w", err)
		}
		reg.key, reg.armed = m.next, true
		if ready := reg.src.Ready().Mask(backend.Interest(reg.in)); ready != 0 {
			missing[reg.key] = Readiness(ready).String()
		}
	}
	// Faults may hold events back for three Waits, and Waits may return early.
	for range 200 {
		if len(missing) == 0 {
			return nil
		}
		events := make([]Event, 16)
		n, err := m.p.Wait(events, 0)
		if err != nil {
			return err
		}
		for _, ev := range events[:n] {
			delete(missing, ev.Key)
		}
	}
	return fmt.Errorf("ready and never reported: %v", missing)
}

// plans that property tests and fuzzing draw from.
var plans = []faulty.Plan{
	{},
	{Unknown: .5, Stale: .5},
	{Early: .3, Unknown: .3, Stale: .3, Unasked: .3},
	{Early: .2, Unknown: .2, Stale: .2, Unasked: .2, Delay: .3, Duplicate: .3},
}

var configs = []sim.Config{{}, {ReportsClose: true}}
