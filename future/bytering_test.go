package future

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

func TestByteRingIsAQueue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 9).Draw(t, "size")
		r := byteRing{bytes: make([]byte, size)}
		var want []byte
		next := byte(0)
		for range rapid.IntRange(0, 50).Draw(t, "steps") {
			p := make([]byte, rapid.IntRange(0, 12).Draw(t, "n"))
			if rapid.Bool().Draw(t, "write") {
				for i := range p {
					p[i] = next + byte(i)
				}
				n := r.write(p)
				if n != min(len(p), size-len(want)) {
					t.Fatalf("wrote %d of %d with %d of %d in the ring", n, len(p), len(want), size)
				}
				want = append(want, p[:n]...)
				next += byte(n)
			} else {
				n := r.read(p)
				if n != min(len(p), len(want)) || !bytes.Equal(p[:n], want[:n]) {
					t.Fatalf("read %v, want %v", p[:n], want)
				}
				want = want[n:]
			}
			if r.n != len(want) {
				t.Fatalf("%d in the ring, want %d", r.n, len(want))
			}
		}
	})
}
