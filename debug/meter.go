package debug

import (
	"slices"
	"sync"
	"time"
)

// meter makes rates of counters, from one look to the next. Who looks makes the
// samples: nothing runs while nobody does.
type meter struct {
	mu    sync.Mutex
	at    time.Time
	last  []uint64
	rates []float64
	over  time.Duration
}

// shortest is what a rate must be over to mean anything. Looks that come sooner are told
// what the one before was.
const shortest = 500 * time.Millisecond

// measure returns the rates per second and what time they are over, or nil if this is the
// first look.
func (m *meter) measure(now time.Time, values []uint64) ([]float64, time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	passed := now.Sub(m.at)
	if m.last != nil && passed < shortest {
		return m.rates, m.over
	}
	if m.last != nil {
		rates := make([]float64, len(values))
		for i, v := range values {
			rates[i] = float64(v-min(v, m.last[i])) / passed.Seconds()
		}
		m.rates, m.over = rates, passed
	}
	m.at, m.last = now, slices.Clone(values)
	return m.rates, m.over
}
