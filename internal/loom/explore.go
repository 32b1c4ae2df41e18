package loom

import "sync"

// Options bound an exploration.
type Options struct {
	// Preemptions is how many times a run takes the turn from a thread that could go on. With 0,
	// a thread runs until it waits or ends.
	Preemptions int
	// Steps is how many operations a run may take; 10 000 if it is zero.
	Steps int
	// Schedules is after how many runs to give up; without limit if it is zero.
	Schedules int
}

const defaultSteps = 10_000

// Report is what an exploration has come to.
type Report struct {
	// Schedules is how many different orders were run.
	Schedules int
	// Steps is how many operations the longest of them had.
	Steps int
	// Complete says that there are no others within the bound.
	Complete bool
	// Failure is the first one that was found, or nil.
	Failure *Failure
}

// exploring admits one exploration at a time.
var exploring sync.Mutex

// Explore runs body, and the threads that it starts, in every order that the options allow, until
// one fails. The body makes everything that the threads share, and does nothing that
// differs between two calls.
func Explore(opts Options, body func(*Model)) Report {
	exploring.Lock()
	defer exploring.Unlock()
	if opts.Steps == 0 {
		opts.Steps = defaultSteps
	}
	m := &Model{opts: opts}
	defer m.close()
	var report Report
	for {
		m.run(body)
		report.Schedules++
		report.Steps = max(report.Steps, len(m.turns))
		if m.failure != nil {
			report.Failure = m.failure
			m.trace(body)
			return report
		}
		if !m.backtrack() {
			report.Complete = true
			return report
		}
		if report.Schedules == opts.Schedules {
			return report
		}
	}
}

// Replay runs body once, in the order of a [Failure], and returns what it fails with, if it does.
func Replay(opts Options, s Schedule, body func(*Model)) *Failure {
	exploring.Lock()
	defer exploring.Unlock()
	if opts.Steps == 0 {
		opts.Steps = defaultSteps
	}
	m := &Model{opts: opts, given: s, traced: true}
	defer m.close()
	m.run(body)
	return m.failure
}

// decision is a point of a run where more than one thread could have its turn.
type decision struct {
	// threads are those, the one that would go on of itself first; chosen is an index of it.
	threads   [maxThreads]uint8
	n, chosen uint8
	// spent is how many preemptions came before.
	spent int
}

// backtrack leads the path to the next order, and says whether there is one.
func (m *Model) backtrack() bool {
	for i := len(m.path) - 1; i >= 0; i-- {
		if d := &m.path[i]; d.chosen+1 < d.n {
			d.chosen++
			m.path = m.path[:i+1]
			return true
		}
	}
	return false
}

// decide says which of the threads that can go on has the next turn. last is the one that had it
// before.
func (m *Model) decide(can []*thread, last *thread) *thread {
	if m.given != nil {
		return m.decideAsGiven(can)
	}
	first := -1
	for i, t := range can {
		if t == last {
			first = i
		}
	}
	if len(can) == 1 || first >= 0 && m.spent >= m.opts.Preemptions {
		return can[max(first, 0)]
	}
	if m.depth == len(m.path) {
		d := decision{n: uint8(len(can)), spent: m.spent}
		k := 0
		if first >= 0 {
			d.threads[0] = last.id
			k = 1
		}
		for i, t := range can {
			if i != first {
				d.threads[k] = t.id
				k++
			}
		}
		m.path = append(m.path, d)
	}
	d := &m.path[m.depth]
	m.depth++
	id := d.threads[d.chosen]
	if first >= 0 && id != last.id {
		m.spent++
	}
	for _, t := range can {
		if t.id == id && int(d.n) == len(can) {
			return t
		}
	}
	return nil
}

func (m *Model) decideAsGiven(can []*thread) *thread {
	if len(m.turns) < len(m.given) {
		for _, t := range can {
			if t.id == m.given[len(m.turns)] {
				return t
			}
		}
	}
	return nil
}
