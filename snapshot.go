package goetia

import (
	"math"
	"time"

	"github.com/goetia-go/goetia/internal/timers"
	"github.com/goetia-go/goetia/poll"
)

// Snapshot is what a Reactor waits for, for people to look at; package debug shows it. How
// much has happened is told by [Reactor.Stats]. The tags are those of encoding/json.
type Snapshot struct {
	// At is when it was taken.
	At        time.Time      `json:"at"`
	Mechanism poll.Mechanism `json:"mechanism"`
	Closed    bool           `json:"closed"`
	Shards    []ShardState   `json:"shards"`
	// Sources are in the order of their shards. They are never nil.
	Sources []SourceState `json:"sources"`
	// More: there are sources that are not listed, because of MaxSources.
	More bool `json:"more"`
}

// ShardState is one shard of a Reactor.
type ShardState struct {
	// Sources are the registrations in the Poller, hidden ones included. Connections without
	// a descriptor ([Notifier]) have none.
	Sources int `json:"sources"`
	// Watches are armed, those of connections without a descriptor included.
	Watches int `json:"watches"`
	// TimersSet is the number of timers and deadlines that are set.
	TimersSet int `json:"timers_set"`
	// Waiting are the callbacks that wait for a goroutine, Running the goroutines that
	// run callbacks.
	Waiting int `json:"callbacks_waiting"`
	Running int `json:"callbacks_running"`
	// Turning are the goroutines that drive the shard. If there are none although watches
	// are armed, nothing will fire.
	Turning int `json:"turning"`
}

// SourceState is one registration.
type SourceState struct {
	Shard int `json:"shard"`
	// Handle is the descriptor or SOCKET number, zero for a connection without one.
	Handle uintptr `json:"handle"`
	// Kept: it was made by Register or RegisterConn, and is not a hidden one.
	Kept bool `json:"kept"`
	// Layers is what was found above the descriptor, joined by "+": "tls", "observed"
	// ([Observed]), "bufferer" (another [Bufferer]) or "notifier" ([Notifier]);
	// "plain" if there was nothing. What is beneath an Observed is not looked at.
	Layers string `json:"layers"`
	// LastWake is when it last woke somebody or nobody, to a fifth of a second, or zero if it
	// never did.
	LastWake time.Time `json:"last_wake,omitzero"`
	// Asked is what the kernel was asked for and has not answered yet, as "readable" or
	// "readable|writable"; "none" if it was asked for nothing.
	Asked string `json:"asked"`
	// Armed is how many watches wait. Watches are some of them, if there are very many.
	Armed   int          `json:"armed"`
	Watches []WatchState `json:"watches,omitempty"`
}

// WatchState is one armed watch.
type WatchState struct {
	// Interest is what it waits for, in the form of SourceState.Asked.
	Interest string `json:"interest"`
	// Deadline is when it fires with [TimedOut], or zero.
	Deadline time.Time `json:"deadline,omitzero"`
	// Inline: no goroutine is started for it. That is so for WaitReadable and
	// WaitWritable, whose goroutine is there already.
	Inline bool `json:"inline,omitempty"`
	// Site is where the watch was made, if that was asked for, as [Watch.Site] has it.
	Site string `json:"site,omitempty"`
}

// SnapshotOptions say what a [Snapshot] is to hold. The zero value will do.
type SnapshotOptions struct {
	// MaxSources is how many sources are listed at most. Zero means 1000, a negative
	// number that there is no limit.
	MaxSources int
	// Sites has the watches' sites resolved, which takes some microseconds for each
	// different one.
	Sites bool
	// Only, if not nil, says whether a source is to be listed. It is called for one
	// after the other, until enough are found, without any lock held.
	Only func(SourceState) bool
}

const (
	defaultMaxSources = 1000
	// maxWatches is how many watches of one source are listed.
	maxWatches = 64
)

// Snapshot returns what the Reactor waits for. Each shard is locked for a few thousand
// sources at a time, so that one with very many is not held up; its sources are then
// not all of one moment, and one that comes or goes meanwhile may be missed. Those without a
// descriptor are few as a rule, and are gone through in one go. Of a source 64 watches are
// listed at most.
func (r *Reactor) Snapshot(o SnapshotOptions) Snapshot {
	limit := o.MaxSources
	switch {
	case limit == 0:
		limit = defaultMaxSources
	case limit < 0:
		limit = math.MaxInt
	}
	l := lister{
		limit: limit, only: o.Only, sites: o.Sites,
		snap: Snapshot{At: time.Now(), Mechanism: r.Mechanism(), Closed: r.closed.Load(), Sources: []SourceState{}},
		now:  clock(),
	}
	for i, sh := range r.shards {
		l.snap.Shards = append(l.snap.Shards, sh.state())
		l.list(sh, i)
	}
	return l.snap
}

func (sh *shard) state() ShardState {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return ShardState{
		Sources:   len(sh.slots) - len(sh.free),
		Watches:   sh.armed + len(sh.soft),
		TimersSet: sh.timers.Len(),
		Waiting:   sh.calls.waiting(),
		Running:   sh.calls.workers,
		Turning:   sh.turners,
	}
}

// lister makes a list of sources. What it sees with a shard's lock held it only copies;
// words and times are made of it without.
type lister struct {
	snap  Snapshot
	now   int64
	limit int
	only  func(SourceState) bool
	sites bool
	// known are the sites that were resolved.
	known map[site]string

	// sources and watches are copied with the lock held. Each source's watches
	// follow those of the one before.
	sources []sourceCopy
	watches []watchCopy
}

type sourceCopy struct {
	handle uintptr
	woken  stamp
	armed  int
	listed int
	kinds  layerKinds
	asked  Interest
	kept   bool
}

type watchCopy struct {
	at       site
	deadline int64
	in       Interest
	inline   bool
}

func (l *lister) list(sh *shard, number int) {
	for at, more := 0, true; more && !l.snap.More; at += part {
		sh.mu.Lock()
		end := min(at+part, len(sh.slots))
		for i := at; i < end && !l.enough(); i++ {
			if s := sh.slots[i]; s != nil {
				l.copy(s)
			}
		}
		if more = end < len(sh.slots); !more {
			l.copySoft(sh)
		}
		sh.mu.Unlock()
		l.tell(number)
	}
}

// copySoft copies the sources without a descriptor, which are found by their watches only.
func (l *lister) copySoft(sh *shard) {
	for w := range sh.soft {
		if l.enough() {
			return
		}
		if s := w.source(); s.first() == w { // once for each source
			l.copy(s)
		}
	}
}

// enough says that no more need be copied: there is one more than can be listed. If some
// will be left out, that is not known.
func (l *lister) enough() bool {
	return l.only == nil && len(l.sources) > l.limit-len(l.snap.Sources)
}

func (l *lister) copy(s *Source) {
	c := sourceCopy{handle: s.src.Handle(), woken: s.woken, asked: s.asked, kept: s.is(kept)}
	if s.layers != nil {
		c.kinds = s.layers.kinds
	}
	for w := s.first(); w != nil; w = w.next {
		c.armed++
		if c.listed == maxWatches {
			continue
		}
		deadline := int64(timers.Never)
		if w.deadline != nil {
			deadline = w.deadline.timer.When()
		}
		l.watches = append(l.watches, watchCopy{w.site, deadline, w.in, w.inline})
		c.listed++
	}
	l.sources = append(l.sources, c)
}

// tell makes words of what was copied.
func (l *lister) tell(number int) {
	watches := l.watches
	for _, c := range l.sources {
		s := SourceState{
			Shard: number, Handle: c.handle, Kept: c.kept,
			Layers: c.kinds.String(), Asked: c.asked.String(), Armed: c.armed,
		}
		if c.woken != 0 {
			s.LastWake = l.snap.At.Add(-c.woken.age(l.now)).Round(0)
		}
		if c.listed > 0 {
			s.Watches = make([]WatchState, c.listed)
		}
		for i, w := range watches[:c.listed] {
			s.Watches[i] = WatchState{Interest: w.in.String(), Inline: w.inline}
			if l.sites {
				s.Watches[i].Site = l.site(w.at)
			}
			if w.deadline != timers.Never {
				s.Watches[i].Deadline = l.time(w.deadline)
			}
		}
		watches = watches[c.listed:]
		if l.only != nil && !l.only(s) {
			continue
		}
		if len(l.snap.Sources) >= l.limit {
			l.snap.More = true
			break
		}
		l.snap.Sources = append(l.snap.Sources, s)
	}
	l.sources, l.watches = l.sources[:0], l.watches[:0]
}

// time makes a time of one of the reactor's clock.
func (l *lister) time(t int64) time.Time {
	return l.snap.At.Add(time.Duration(t - l.now)).Round(0)
}

func (l *lister) site(at site) string {
	if s, ok := l.known[at]; ok {
		return s
	}
	if l.known == nil {
		l.known = make(map[site]string)
	}
	s := at.String()
	l.known[at] = s
	return s
}
