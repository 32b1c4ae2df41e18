package loom

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
)

// maxThreads is how many threads a model has at most.
const maxThreads = 8

// Model is one run. It is valid in the body that it was passed to.
type Model struct {
	opts    Options
	threads []*thread
	finally []func()
	// idle are coroutines that the threads of the next run take over.
	idle []*thread

	// path are the decisions of this run; depth is how many were taken yet, and spent
	// how many preemptions they have cost.
	path  []decision
	depth int
	spent int
	// given, if not nil, is the order to follow, instead of path.
	given Schedule
	turns Schedule

	failure *Failure
	// aborted has the threads that are left unwind.
	aborted bool
	traced  bool
	lines   []string
	cells   map[any]*cell
}

// current is the thread that runs, if one does.
var current atomic.Pointer[thread]

// Go adds a thread. It runs when the body has returned; what it does before its first operation on
// the types of this package is done before any thread has had a turn.
func (m *Model) Go(name string, f func()) {
	if len(m.threads) == maxThreads {
		panic(fmt.Sprintf("loom: more than %d threads", maxThreads))
	}
	var t *thread
	if k := len(m.idle); k > 0 {
		t, m.idle = m.idle[k-1], m.idle[:k-1]
	} else {
		t = newThread()
	}
	t.start(m, uint8(len(m.threads)), name, f)
	m.threads = append(m.threads, t)
}

// Finally adds a function that is called when all threads have ended. It asserts what they have
// come to.
func (m *Model) Finally(f func()) { m.finally = append(m.finally, f) }

// run does one order from beginning to end.
func (m *Model) run(body func(*Model)) {
	m.depth, m.spent, m.turns = 0, 0, m.turns[:0]
	m.failure, m.aborted, m.finally, m.lines = nil, false, m.finally[:0], nil
	clear(m.cells)
	body(m)
	for _, t := range m.threads {
		t.resume()
	}
	m.schedule()
	m.aborted = true
	for _, t := range m.threads {
		for !t.ended {
			t.resume()
		}
	}
	m.idle = append(m.idle, m.threads...)
	m.threads = m.threads[:0]
	m.aborted = false
	if m.failure == nil {
		for _, f := range m.finally {
			m.guard(nil, f)
		}
	}
}

// schedule gives the threads their turns until they have ended or one has failed.
func (m *Model) schedule() {
	var last *thread
	var room [maxThreads]*thread
	for m.failure == nil {
		can, left, yielded := room[:0], false, (*thread)(nil)
		for _, t := range m.threads {
			if t.ended {
				continue
			}
			left = true
			switch {
			case t.waits != nil && !t.waits.over():
			case t.yielded:
				yielded = t
			default:
				can = append(can, t)
			}
		}
		if !left {
			if m.depth < len(m.path) && m.given == nil {
				m.fail(Nondeterminism, "the run ended after %d steps, before it came to where an earlier one was", len(m.turns))
			}
			return
		}
		if len(can) == 0 && yielded != nil {
			can = append(can, yielded)
		}
		if len(can) == 0 {
			m.fail(Deadlock, "all threads that are left wait:%s", m.waiting())
			return
		}
		if len(m.turns) == m.opts.Steps {
			m.fail(Livelock, "no end after %d steps", len(m.turns))
			return
		}
		t := m.decide(can, last)
		if t == nil {
			m.fail(Nondeterminism, "in step %d the threads that could go on were others in an earlier run", len(m.turns))
			return
		}
		if m.traced {
			m.lines = append(m.lines, t.name+": "+t.doing)
		}
		m.turns = append(m.turns, t.id)
		last = t
		for _, t := range m.threads {
			t.yielded = false
		}
		t.waits = nil
		t.resume()
	}
}

func (m *Model) waiting() (names string) {
	for _, t := range m.threads {
		if !t.ended {
			names += " " + t.name
			if t.doing != "" {
				names += " in " + t.doing
			}
		}
	}
	return names
}

// trace does a run that has failed once more, and notes what happens.
func (m *Model) trace(body func(*Model)) {
	found := m.failure
	m.given, m.traced = found.Schedule, true
	m.run(body)
	if m.failure == nil || m.failure.Kind != found.Kind {
		found.Message += "; it did not fail again in the same order"
		return
	}
	*found = *m.failure
}

// fail notes the first thing that has gone wrong.
func (m *Model) fail(kind Kind, format string, args ...any) {
	if m.failure == nil && !m.aborted {
		m.failure = &Failure{
			Kind: kind, Message: fmt.Sprintf(format, args...),
			Schedule: append(Schedule(nil), m.turns...), Trace: m.lines,
		}
	}
}

// guard calls f and notes its panic.
func (m *Model) guard(t *thread, f func()) {
	defer func() {
		name := "the end"
		if t != nil {
			name = t.name
		}
		switch v := recover(); v := v.(type) {
		case nil:
		case assertionError:
			m.fail(Assertion, "%s: %s", name, string(v))
		default:
			if v != errUnwinding {
				m.fail(Panic, "%s: %v\n%s", name, v, debug.Stack())
			}
		}
	}()
	f()
}

// close ends the coroutines.
func (m *Model) close() {
	current.Store(nil)
	for _, t := range append(m.idle, m.threads...) {
		t.stop()
	}
}

// caller is where the code under test called this package.
func caller() string {
	for above := 2; ; above++ {
		pc, file, line, ok := runtime.Caller(above)
		if !ok {
			return ""
		}
		if strings.HasSuffix(file, "/sync_loom.go") {
			continue // the aliases, and so the code's own word for this package
		}
		if f := runtime.FuncForPC(pc); f == nil || !strings.Contains(f.Name(), "internal/loom.") {
			parts := strings.Split(file, "/")
			return fmt.Sprintf("%s:%d", strings.Join(parts[max(0, len(parts)-2):], "/"), line)
		}
	}
}
