package load

import (
	"fmt"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
	"github.com/goetia-go/goetia/poll"
)

// Result is what a run has measured.
type Result struct {
	Mechanism poll.Mechanism
	// Connected is how long it took to make all connections.
	Connected time.Duration
	// Elapsed is from the first message to the end of the duration, or to
	// the last answer if that came later.
	Elapsed time.Duration
	// Messages that were sent, answered and compared.
	Messages uint64
	// Latency of these, in nanoseconds.
	Latency *hdr.Histogram
	// Mismatches counts answers that were not what had been sent, Broken the
	// connections that ended by themselves, and Stalled those that owed an
	// answer when the grace time was over.
	Mismatches, Broken, Stalled uint64
	// First is the first trouble in words.
	First string
	// Interrupted: the run was ended early.
	Interrupted bool
	Poller      poll.Stats
}

// OK says that nothing went wrong.
func (r *Result) OK() bool { return r.Mismatches+r.Broken+r.Stalled == 0 }

// Quantile is the latency below which a share of the answers came, in percent;
// zero if there were none.
func (r *Result) Quantile(percent float64) time.Duration {
	if r.Messages == 0 {
		return 0 // the histogram would say half its unit
	}
	return time.Duration(r.Latency.ValueAtPercentile(percent))
}

// Max is the longest latency, to the histogram's three digits.
func (r *Result) Max() time.Duration { return time.Duration(r.Latency.Max()) }

// PerSecond is the throughput in messages.
func (r *Result) PerSecond() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(r.Messages) / r.Elapsed.Seconds()
}

func (r *Result) trouble(format string, a ...any) {
	if r.First == "" {
		r.First = fmt.Sprintf(format, a...)
	}
}

// newHistogram holds a microsecond to a minute with three digits.
func newHistogram() *hdr.Histogram {
	return hdr.New(int64(time.Microsecond), int64(longest), 3)
}

const longest = time.Minute

func (r *Result) record(d time.Duration) {
	r.Messages++
	// Outside its range the histogram refuses; clamp instead of losing it.
	_ = r.Latency.RecordValue(int64(min(max(d, 1), longest)))
}

func (r *Result) add(o *Result) {
	r.Connected = max(r.Connected, o.Connected)
	r.Elapsed = max(r.Elapsed, o.Elapsed)
	r.Messages += o.Messages
	r.Latency.Merge(o.Latency)
	r.Mismatches += o.Mismatches
	r.Broken += o.Broken
	r.Stalled += o.Stalled
	if r.First == "" {
		r.First = o.First
	}
	r.Poller.Batches += o.Poller.Batches
	r.Poller.Events += o.Poller.Events
	r.Poller.Stale += o.Poller.Stale
	r.Poller.Notifies += o.Poller.Notifies
	r.Poller.Kernel.Waits += o.Poller.Kernel.Waits
	r.Poller.Kernel.Changes += o.Poller.Kernel.Changes
	r.Poller.Kernel.Cancels += o.Poller.Kernel.Cancels
	r.Poller.Kernel.Completions += o.Poller.Kernel.Completions
}
