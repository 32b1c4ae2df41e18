package epoll

import "testing"

// The table against the rules that it was made from, with bits that mean nothing
// here set as well: the kernel hands back what was asked for, modes included.
func TestDecodeTable(t *testing.T) {
	meaningful := []uint32{epollIn, epollPri, epollOut, epollErr, epollHup, epollRdHup}
	for set := range uint32(1) << len(meaningful) {
		var bits uint32
		for i, bit := range meaningful {
			if set&(1<<i) != 0 {
				bits |= bit
			}
		}
		for _, noise := range []uint32{0, epollOneshot, epollEdge, 0x20, 0x40, 0x1000, 0x4000, ^uint32(0x1f | epollRdHup)} {
			if got, want := decode(bits|noise), spell(bits); got != want {
				t.Errorf("bits %#x: %08b, want %08b", bits|noise, got, want)
			}
		}
	}
}
