package afd

// groupSize is how many polls share one handle of the driver. Cancelling one of
// many on a handle costs time in proportion to their number.
const groupSize = 32

// groups spreads registrations over device handles. Those with room are found
// through a free list, not by search.
type groups struct {
	all []group
	// room lists the open groups with a free place; spare lists closed ones.
	room, spare []uint32
}

type group struct {
	device uintptr
	used   int
	inline bool
	// at is the group's place in room, if it is listed there.
	at     int
	listed bool
}

// join takes a place in a group, opening one if none has room.
func (g *groups) join(k kernel) (uint32, error) {
	if len(g.room) == 0 {
		device, inline, err := k.openDevice()
		if err != nil {
			return 0, err
		}
		var i uint32
		if n := len(g.spare); n > 0 {
			i = g.spare[n-1]
			g.spare = g.spare[:n-1]
		} else {
			i = uint32(len(g.all))
			g.all = append(g.all, group{})
		}
		g.all[i] = group{device: device, inline: inline}
		g.list(i)
	}
	i := g.room[len(g.room)-1]
	g.all[i].used++
	if g.all[i].used == groupSize {
		g.unlist(i)
	}
	return i, nil
}

// leave gives a place back, and closes a group that is empty if another one has
// room: one handle stays in reserve.
func (g *groups) leave(k kernel, i uint32) {
	x := &g.all[i]
	x.used--
	if !x.listed {
		g.list(i)
	}
	if x.used > 0 || len(g.room) == 1 {
		return
	}
	g.unlist(i)
	_ = k.closeDevice(x.device) // nothing is outstanding on it
	*x = group{}
	g.spare = append(g.spare, i)
}

func (g *groups) list(i uint32) {
	g.all[i].at, g.all[i].listed = len(g.room), true
	g.room = append(g.room, i)
}

// unlist fills the gap with the last of the list.
func (g *groups) unlist(i uint32) {
	at, last := g.all[i].at, g.room[len(g.room)-1]
	g.room[at] = last
	g.all[last].at = at
	g.room = g.room[:len(g.room)-1]
	g.all[i].listed = false
}

// closeAll closes every handle.
func (g *groups) closeAll(k kernel) error {
	var first error
	for _, x := range g.all {
		if x.device == 0 {
			continue
		}
		if err := k.closeDevice(x.device); err != nil && first == nil {
			first = err
		}
	}
	*g = groups{}
	return first
}
