package afd

// groupSize is how many polls share one handle of the driver. Cancelling one of
// many on a handle costs time in proportion to their number.
const groupSize = 32

// groups spreads registrations over device handles. Those with room are found
// through a free list, not by search.
type groups struct {
	all []group
	// room lists groups with room that are open; spare lists closed slots.
	room, spare []uint32
}

type group struct {
	device uintptr
	used   int
	inline bool
	// listed: the group is in room.
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
		g.all[i] = group{device: device, inline: inline, listed: true}
		g.room = append(g.room, i)
	}
	i := g.room[len(g.room)-1]
	x := &g.all[i]
	x.used++
	if x.used == groupSize {
		g.room = g.room[:len(g.room)-1]
		x.listed = false
	}
	return i, nil
}

// leave gives a place back. A group that is empty is closed if it is the last
// in the list and another one has room, which keeps one handle in reserve.
func (g *groups) leave(k kernel, i uint32) {
	x := &g.all[i]
	x.used--
	if !x.listed {
		g.room = append(g.room, i)
		x.listed = true
	}
	for n := len(g.room); n > 1; n = len(g.room) {
		last := g.room[n-1]
		if g.all[last].used > 0 {
			break
		}
		g.room = g.room[:n-1]
		g.spare = append(g.spare, last)
		_ = k.closeDevice(g.all[last].device) // nothing is outstanding on it
		g.all[last] = group{}
	}
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
