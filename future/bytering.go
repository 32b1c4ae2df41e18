package future

// byteRing is a queue of bytes in an array of fixed size, of which one side may fill the free part
// while the other one empties the rest.
type byteRing struct {
	bytes    []byte
	first, n int
}

// free is where bytes can be put, as far as it is in one piece.
func (r *byteRing) free() []byte {
	last := r.first + r.n
	if last >= len(r.bytes) {
		last -= len(r.bytes)
		return r.bytes[last:r.first]
	}
	return r.bytes[last:]
}

// held is what is in the ring, as far as it is in one piece.
func (r *byteRing) held() []byte {
	return r.bytes[r.first:min(r.first+r.n, len(r.bytes))]
}

// drop takes out the first k bytes.
func (r *byteRing) drop(k int) {
	r.n -= k
	if r.first += k; r.first >= len(r.bytes) {
		r.first -= len(r.bytes)
	}
}

// read moves bytes from the ring to p.
func (r *byteRing) read(p []byte) (n int) {
	for r.n > 0 && n < len(p) {
		k := copy(p[n:], r.held())
		r.drop(k)
		n += k
	}
	return n
}

// write moves bytes from p to the ring.
func (r *byteRing) write(p []byte) (n int) {
	for r.n < len(r.bytes) && n < len(p) {
		k := copy(r.free(), p[n:])
		r.n += k
		n += k
	}
	return n
}
