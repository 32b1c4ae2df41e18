package load

import "math/rand/v2"

// windows is how many different offsets a message may have.
const windows = 1 << 16

// block is the bytes that all messages are taken from.
type block []byte

func newBlock(seed uint64, size int) block {
	b := make(block, size+windows-1)
	r := rand.New(rand.NewPCG(seed, 0))
	i := 0
	for ; i+8 <= len(b); i += 8 {
		v := r.Uint64()
		for j := range 8 {
			b[i+j] = byte(v >> (8 * j))
		}
	}
	for ; i < len(b); i++ {
		b[i] = byte(r.Uint64())
	}
	return b
}

// offsets chooses a connection's messages.
type offsets struct{ pcg rand.PCG }

func newOffsets(seed, conn uint64) offsets { return offsets{*rand.NewPCG(seed, conn+1)} }

func (o *offsets) next() int { return int(o.pcg.Uint64() % windows) }
