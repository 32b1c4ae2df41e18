package goetia

import (
	"math"
	"math/bits"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// Counters are numbers of things that have happened since a Reactor was opened.
type Counters struct {
	// Registrations of sources, hidden ones included.
	Registrations uint64
	// Arms: how many times a watch was armed. Fires: how many times one has fired, those
	// included that were stopped while their callback waited for a goroutine.
	Arms, Fires uint64
	// Timeouts are fires because of a deadline.
	Timeouts uint64
	// Timers is how many times a Timer or an interval has fired, in the same sense.
	Timers uint64
	// Spurious are events that found nobody waiting for them.
	Spurious uint64
	// Wakes is how many times a Wait was interrupted for an earlier timer or
	// for the first sweep.
	Wakes uint64
	// RearmErrors is how many times the kernel refused to go on watching a source after
	// an event. The watches concerned fired with Error.
	RearmErrors uint64
}

// Stats is the state of a Reactor at one moment.
type Stats struct {
	Counters
	// Sources are the registrations now, Watches those that are armed, Waiting the
	// callbacks that wait for a goroutine, Running the goroutines that run one or are about to.
	Sources, Watches, Waiting, Running int
	// TimersSet is the number of timers and deadlines that are set.
	TimersSet int
	// Latency is from the moment that the kernel told of an event to the start of the
	// callback.
	Latency Histogram
	// Poll is what the Pollers counted.
	Poll poll.Stats
	// Reports are those of what stands above the Reactor ([Reactor.AddReport]), in the
	// order of their names.
	Reports []Report
}

// Stats returns the sums over all shards. It takes no longer when there are more
// registrations.
func (r *Reactor) Stats() Stats {
	var st Stats
	for _, sh := range r.shards {
		sh.stats(&st)
	}
	st.Reports = r.reports.take()
	return st
}

func (sh *shard) stats(st *Stats) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	c := &sh.counts
	st.Registrations += c.Registrations
	st.Arms += c.Arms
	st.Fires += c.Fires
	st.Timeouts += c.Timeouts
	st.Timers += c.Timers
	st.Spurious += c.Spurious
	st.Wakes += c.Wakes
	st.RearmErrors += c.RearmErrors
	st.Watches += sh.armed + len(sh.soft)
	st.Sources += len(sh.slots) - len(sh.free)
	st.Waiting += sh.calls.waiting()
	st.Running += sh.calls.workers
	st.TimersSet += sh.timers.Len()
	st.Latency.merge(&sh.latency)
	st.Poll = addPoll(st.Poll, sh.p.Stats())
}

func addPoll(a, b poll.Stats) poll.Stats {
	a.Sources += b.Sources
	a.Batches += b.Batches
	a.Events += b.Events
	a.Stale += b.Stale
	a.Notifies += b.Notifies
	a.Kernel.Waits += b.Kernel.Waits
	a.Kernel.Changes += b.Kernel.Changes
	a.Kernel.Cancels += b.Kernel.Cancels
	a.Kernel.Completions += b.Kernel.Completions
	a.Kernel.Outstanding += b.Kernel.Outstanding
	return a
}

// buckets: two for each power of two of nanoseconds, up to some 18 minutes.
const buckets = 80

// Histogram counts durations. Its buckets are at most half as wide as their values.
type Histogram struct {
	// Counts are the numbers in the buckets; [BucketUpper] says where each ends.
	Counts [buckets]uint64
	// Sum is that of all values.
	Sum time.Duration
}

func (h *Histogram) add(ns int64) {
	ns = max(ns, 0)
	h.Counts[bucket(uint64(ns))]++
	h.Sum += time.Duration(ns)
}

func bucket(ns uint64) int {
	n := bits.Len64(ns)
	if n < 2 {
		return n // 0 and 1
	}
	// The bit below the highest halves a power of two.
	return min(2*(n-1)+int(ns>>(n-2)&1), buckets-1)
}

// BucketUpper is the value below which all values of bucket i are. The last bucket also has
// what is above all.
func BucketUpper(i int) time.Duration {
	if i < 2 {
		return time.Duration(i + 1)
	}
	low := time.Duration(1) << (i / 2)
	return low + low/2*time.Duration(i%2+1)
}

func (h *Histogram) merge(o *Histogram) {
	for i, n := range o.Counts {
		h.Counts[i] += n
	}
	h.Sum += o.Sum
}

// Total is how many values were counted.
func (h *Histogram) Total() (n uint64) {
	for _, c := range h.Counts {
		n += c
	}
	return n
}

// Quantile is a value that a share q of all values, from 0 to 1, does not exceed. It is
// zero if there are none.
func (h *Histogram) Quantile(q float64) time.Duration {
	total := h.Total()
	if total == 0 {
		return 0
	}
	want := max(uint64(math.Ceil(q*float64(total))), 1)
	for i, n := range h.Counts {
		if n >= want {
			return BucketUpper(i)
		}
		want -= n
	}
	return BucketUpper(buckets - 1)
}
