package loom

import (
	"fmt"
	"strconv"
	"strings"
)

// Kind is what has gone wrong.
type Kind uint8

// The kinds of failures.
const (
	Panic Kind = iota
	Assertion
	Deadlock
	Livelock
	Race
	Nondeterminism
)

// String is what a person calls it.
func (k Kind) String() string {
	return [...]string{"panic", "assertion", "deadlock", "livelock", "data race", "nondeterminism"}[k]
}

// Failure is a run that went wrong.
type Failure struct {
	Kind    Kind
	Message string
	// Schedule is the order of the run, up to there.
	Schedule Schedule
	// Trace has a line for each turn: the thread, and the operation that it began with.
	Trace []string
}

// shown is how many turns Error tells of: the last ones, if there are more.
const shown = 200

// Error says everything, but for the beginning of what is very long.
func (f *Failure) Error() string {
	trace, more := f.Trace, ""
	if n := len(trace) - shown; n > 0 {
		trace, more = trace[n:], fmt.Sprintf("\n  (%d turns)", n)
	}
	return fmt.Sprintf("loom: %v: %s\nschedule %v%s\n  %s", f.Kind, f.Message, f.Schedule, more, strings.Join(trace, "\n  "))
}

// Schedule is an order: the number of the thread for each turn, counted from 0 as they were started.
type Schedule []uint8

// String has the number of each thread and how many turns it took in a row.
func (s Schedule) String() string {
	var b strings.Builder
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] == s[i] {
			j++
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%d*%d", s[i], j-i)
		i = j
	}
	return b.String()
}

// maxTurns is how long a schedule that is read may be: a hundred times the steps of a run that is
// given no limit of its own, and little enough for memory, whatever the text says.
const maxTurns = 1 << 20

// ParseSchedule reads what [Schedule.String] writes, up to 1 048 576 turns.
func ParseSchedule(text string) (Schedule, error) {
	s := Schedule{} // not nil, even if there are no turns
	for part := range strings.FieldsSeq(text) {
		id, turns, found := strings.Cut(part, "*")
		i, err := strconv.ParseUint(id, 10, 8)
		if err == nil && found {
			var n uint64
			if n, err = strconv.ParseUint(turns, 10, 32); err == nil && i < maxThreads && n <= maxTurns-uint64(len(s)) {
				for range n {
					s = append(s, uint8(i))
				}
				continue
			}
		}
		return nil, fmt.Errorf("loom: %q is not a thread and its turns, of %d at most in all", part, maxTurns)
	}
	return s, nil
}
