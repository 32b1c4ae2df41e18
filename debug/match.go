package debug

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goetia-go/goetia"
)

// match says which sources are to be listed: those that satisfy each condition.
type match []func(s *goetia.SourceState, at time.Time) bool

func parseMatch(text string) match {
	var m match
	for word := range strings.FieldsSeq(text) {
		if d, ok := idleWord(word); ok {
			m = append(m, func(s *goetia.SourceState, at time.Time) bool {
				return s.LastWake.IsZero() || at.Sub(s.LastWake) > d
			})
			continue
		}
		if n, err := strconv.Atoi(strings.TrimPrefix(word, "shard:")); err == nil && strings.HasPrefix(word, "shard:") {
			m = append(m, func(s *goetia.SourceState, _ time.Time) bool { return s.Shard == n })
			continue
		}
		if n, err := strconv.ParseUint(strings.TrimPrefix(word, "handle:"), 10, 64); err == nil && strings.HasPrefix(word, "handle:") {
			m = append(m, func(s *goetia.SourceState, _ time.Time) bool { return uint64(s.Handle) == n })
			continue
		}
		m = append(m, func(s *goetia.SourceState, _ time.Time) bool { return says(s, word) })
	}
	return m
}

func (m match) ok(s *goetia.SourceState, at time.Time) bool {
	for _, f := range m {
		if !f(s, at) {
			return false
		}
	}
	return true
}

// says is whether a word is part of what a source's row says.
func says(s *goetia.SourceState, word string) bool {
	if strings.Contains(kept(s.Kept), word) || strings.Contains(s.Layers, word) || strings.Contains(s.Asked, word) ||
		s.LastWake.IsZero() && word == "never" {
		return true
	}
	return slices.ContainsFunc(s.Watches, func(w goetia.WatchState) bool {
		return strings.Contains(w.Interest, word) || strings.Contains(w.Site, word)
	})
}

func kept(k bool) string {
	if k {
		return "kept"
	}
	return "hidden"
}

// orders are those that a list can be sorted in.
var orders = map[string]func(a, b goetia.SourceState) int{
	"shard":  func(a, b goetia.SourceState) int { return cmp.Compare(a.Shard, b.Shard) },
	"handle": func(a, b goetia.SourceState) int { return cmp.Compare(a.Handle, b.Handle) },
	"layers": func(a, b goetia.SourceState) int { return cmp.Compare(a.Layers, b.Layers) },
	// The one that has slept longest, or never woke, comes first.
	"wake":  func(a, b goetia.SourceState) int { return a.LastWake.Compare(b.LastWake) },
	"asked": func(a, b goetia.SourceState) int { return cmp.Compare(a.Asked, b.Asked) },
	"armed": func(a, b goetia.SourceState) int { return cmp.Compare(a.Armed, b.Armed) },
	"deadline": func(a, b goetia.SourceState) int {
		x, y := earliest(a), earliest(b)
		if x.IsZero() != y.IsZero() { // those without one come last
			return cmp.Compare(zeroLast(x), zeroLast(y))
		}
		return x.Compare(y)
	},
}

func zeroLast(t time.Time) int {
	if t.IsZero() {
		return 1
	}
	return 0
}

// earliest is the first deadline of a source's watches, or zero.
func earliest(s goetia.SourceState) (t time.Time) {
	for _, w := range s.Watches {
		if !w.Deadline.IsZero() && (t.IsZero() || w.Deadline.Before(t)) {
			t = w.Deadline
		}
	}
	return t
}

func order(list []goetia.SourceState, by string) {
	name, reverse := strings.CutPrefix(by, "-")
	f := orders[name]
	switch {
	case f == nil:
	case reverse:
		slices.SortStableFunc(list, func(a, b goetia.SourceState) int { return f(b, a) })
	default:
		slices.SortStableFunc(list, f)
	}
}
