package poll

// index finds a slot by the number of its handle.
//
// Most handles are small numbers that the kernel hands out densely, so an array
// serves: four bytes for each number, where a map takes five times that for each
// entry, and one step instead of a hash. It matters because every re-arm asks.
// The few numbers far beyond the others are kept in a map, lest one of them
// should make a huge array.
type index struct {
	// near holds slot+1 at the handle's number; zero is none.
	near []uint32
	far  map[uintptr]uint32
	n    int
}

// Handle numbers up to sparse times the number of entries, and up to nearEnough
// in any case, go into the array. Windows counts handles in fours.
const sparse, nearEnough = 16, 4096

func (x *index) get(h uintptr) (uint32, bool) {
	if h < uintptr(len(x.near)) && x.near[h] != 0 {
		return x.near[h] - 1, true
	}
	return x.getFar(h)
}

// getFar is a function of its own so that get is inlined.
func (x *index) getFar(h uintptr) (uint32, bool) {
	i, ok := x.far[h]
	return i, ok
}

// put enters a slot; the handle's earlier one, if any, is forgotten.
func (x *index) put(h uintptr, slot uint32) {
	x.remove(h)
	x.n++
	if h >= uintptr(len(x.near)) && !x.grow(h) {
		if x.far == nil {
			x.far = make(map[uintptr]uint32)
		}
		x.far[h] = slot
		return
	}
	x.near[h] = slot + 1
}

// grow makes the array reach h, unless h is too far out.
func (x *index) grow(h uintptr) bool {
	if h >= uintptr(max(nearEnough, sparse*x.n)) {
		return false
	}
	// append grows by a fraction of the whole, so that many single steps cost
	// little each.
	x.near = append(x.near, make([]uint32, int(h)+1-len(x.near))...)
	return true
}

func (x *index) remove(h uintptr) {
	if h < uintptr(len(x.near)) && x.near[h] != 0 {
		x.near[h] = 0
		x.n--
		return
	}
	if _, ok := x.far[h]; ok {
		delete(x.far, h)
		x.n--
	}
}
