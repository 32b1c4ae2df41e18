package loom

// Parker is a place to wait for others, for threads only.
type Parker struct {
	token bool
	clock clock
}

// Park waits until Unpark is called, unless it was since Park last returned. If wait is false it
// does not wait.
func (p *Parker) Park(wait bool) {
	if !wait {
		return
	}
	t := current.Load()
	if t == nil {
		panic("loom: Park outside a thread")
	}
	t.pause("Parker.Park", p)
	p.token = false
	p.clock.acquire(t)
}

// Unpark has Park return.
func (p *Parker) Unpark() {
	t := step("Parker.Unpark")
	p.token = true
	p.clock.release(t)
}

// Wake is Unpark.
func (p *Parker) Wake() { p.Unpark() }

func (p *Parker) over() bool { return p.token }
