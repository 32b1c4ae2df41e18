package loom

// clock says of each thread how many of its releases are known to have happened before.
type clock [maxThreads]uint32

func (c *clock) join(d *clock) {
	for i := range c {
		c[i] = max(c[i], d[i])
	}
}

// acquire is what t learns from an object that it reads; t may be nil.
func (c *clock) acquire(t *thread) {
	if t != nil {
		t.clock.join(c)
	}
}

// release is what others will learn there from t.
func (c *clock) release(t *thread) {
	if t != nil {
		c.join(&t.clock)
		t.clock[t.id]++
	}
}

func (c *clock) both(t *thread) {
	c.acquire(t)
	c.release(t)
}

// cell is what is known of a variable that is no atomic: when it was last written, and read by each.
type cell struct {
	writer uint8
	wrote  uint32 // 0: never
	reads  clock
}

// Reads says that the thread reads the variable that p points to.
func Reads[T any](p *T) {
	if t := current.Load(); t != nil && !t.m.aborted {
		c := t.m.cellOf(p)
		c.after(t)
		c.reads[t.id] = t.clock[t.id]
	}
}

// Writes says that the thread writes the variable that p points to.
func Writes[T any](p *T) {
	t := current.Load()
	if t == nil || t.m.aborted {
		return
	}
	c := t.m.cellOf(p)
	c.after(t)
	for id, at := range c.reads {
		if at > t.clock[id] {
			t.race("writes", "read", uint8(id))
		}
	}
	*c = cell{writer: t.id, wrote: t.clock[t.id]}
}

// after fails if the last write has not happened before what t does.
func (c *cell) after(t *thread) {
	if c.wrote > t.clock[c.writer] {
		t.race("accesses", "written", c.writer)
	}
}

func (t *thread) race(does, was string, other uint8) {
	t.m.fail(Race, "%s %s at %s what %s has %s, and nothing says in which order", t.name, does, caller(), t.m.threads[other].name, was)
	panic(errUnwinding)
}

func (m *Model) cellOf(p any) *cell {
	c := m.cells[p]
	if c == nil {
		if m.cells == nil {
			m.cells = make(map[any]*cell)
		}
		c = new(cell)
		m.cells[p] = c
	}
	return c
}
