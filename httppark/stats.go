package httppark

import (
	"sync/atomic"

	"github.com/goetia-go/goetia"
)

// Stats are numbers of a [Listener]. The first are of one moment, the others since it was
// made.
type Stats struct {
	// Serving are the connections that the server has, Parked those that cost no
	// goroutine, Resuming those that wait for the server to accept them again.
	// Connections that are not parkable, HTTP/2's and hijacked ones are in none.
	Serving, Parked, Resuming int
	// Parks and Resumes are how many times a connection was parked and served again.
	Parks, Resumes uint64
	// Gone are resumed connections that had nothing more to say, because their peer had closed
	// them, mostly, or whose peer was gone when there was a descriptor for them no more.
	Gone uint64
	// Expired were closed because of a limit for idle connections, Oldest to make room
	// for another one, Refused because there was none, and Shut because the listener
	// was closed. Failed could not be watched, and were closed.
	Expired, Oldest, Refused, Shut, Failed uint64
	// Starved is how many times a thin connection ([WithThinParking]) could not be
	// served again for want of a descriptor or of memory, the listener's reserve
	// included. It stays parked and is tried again some times each second, for as long as its
	// limit allows and its peer is there.
	Starved uint64
	// Handshakes are the TLS handshakes in progress.
	Handshakes int
}

// ClosedParked is how many connections were closed while they were parked.
func (s Stats) ClosedParked() uint64 { return s.Gone + s.Expired + s.Oldest + s.Shut }

type counts struct {
	parks, resumes, gone, expired, oldest, refused, shut, failed, starved atomic.Uint64
}

// Stats returns the listener's numbers.
func (l *Listener) Stats() Stats {
	l.mu.Lock()
	s := Stats{Serving: l.lists[serving].n, Parked: l.parkedNow(), Resuming: l.lists[accepting].n}
	l.mu.Unlock()
	c := &l.counts
	s.Parks, s.Resumes, s.Gone = c.parks.Load(), c.resumes.Load(), c.gone.Load()
	s.Expired, s.Oldest, s.Refused = c.expired.Load(), c.oldest.Load(), c.refused.Load()
	s.Shut, s.Failed = c.shut.Load(), c.failed.Load()
	s.Starved = c.starved.Load()
	s.Handshakes = l.shaker.running()
	return s
}

// report is what the Reactor shows of the listener.
func (l *Listener) report() []goetia.Metric {
	s := l.Stats()
	gauge := func(name string, n int) goetia.Metric {
		return goetia.Metric{Name: name, Value: uint64(n), Gauge: true}
	}
	return []goetia.Metric{
		gauge("serving", s.Serving),
		gauge("parked", s.Parked),
		gauge("resuming", s.Resuming),
		gauge("handshakes", s.Handshakes),
		{Name: "parks", Value: s.Parks},
		{Name: "resumes", Value: s.Resumes},
		{Name: "closed while parked", Value: s.ClosedParked()},
		{Name: "closed as idle for too long", Value: s.Expired},
		{Name: "closed as the oldest", Value: s.Oldest},
		{Name: "refused", Value: s.Refused},
		{Name: "failed", Value: s.Failed},
		{Name: "waits for a descriptor", Value: s.Starved},
	}
}
