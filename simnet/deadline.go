package simnet

import (
	"sync"
	"time"
)

// deadline is that of one direction.
type deadline struct {
	passed bool
	timer  *time.Timer
	// set goes up with each setting, so that a timer that comes too late is known.
	set uint64
}

// setDeadline sets a deadline, with the lock held. Those who wait on c are told when it
// has passed.
func (n *Network) setDeadline(d *deadline, c *sync.Cond, t time.Time) {
	d.clear()
	if t.IsZero() {
		return
	}
	left := time.Until(t)
	if left <= 0 {
		d.passed = true
		c.Broadcast()
		return
	}
	set := d.set
	d.timer = time.AfterFunc(left, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		if d.set == set {
			d.passed = true
			c.Broadcast()
		}
	})
}

func (d *deadline) clear() {
	d.set++
	d.passed = false
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}
