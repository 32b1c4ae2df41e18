package poll

import (
	"maps"
	"math/rand/v2"
	"testing"
)

// Near and far numbers mixed, against a map.
func TestIndexIsAMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var x index
	want := make(map[uintptr]uint32)
	for step := range 200_000 {
		h := uintptr(r.Uint64N(1 << r.IntN(24)))
		switch r.IntN(3) {
		case 0, 1:
			x.put(h, uint32(step))
			want[h] = uint32(step)
		default:
			x.remove(h)
			delete(want, h)
		}
		h = uintptr(r.Uint64N(1 << r.IntN(24)))
		i, ok := x.get(h)
		if j, there := want[h]; i != j || ok != there {
			t.Fatalf("step %d: handle %d: %d, %v; want %d, %v", step, h, i, ok, j, there)
		}
		if x.n != len(want) {
			t.Fatalf("step %d: %d entries, want %d", step, x.n, len(want))
		}
	}
	if len(x.near) == 0 || len(x.far) == 0 {
		t.Errorf("only one half was tried: %d near, %d far", len(x.near), len(x.far))
	}
	for h := range maps.Keys(want) {
		x.remove(h)
	}
	if x.n != 0 || len(x.far) != 0 {
		t.Errorf("%d entries are left, %d far", x.n, len(x.far))
	}
}

// One handle of a huge number must not cost an array up to there.
func TestIndexHugeHandleStaysSmall(t *testing.T) {
	var x index
	for _, h := range []uintptr{^uintptr(0), 1 << 31, 1<<20 - 1, nearEnough, 3} {
		x.put(h, uint32(h))
	}
	if len(x.near) > nearEnough {
		t.Errorf("the array has %d places for one small handle", len(x.near))
	}
	if i, ok := x.get(^uintptr(0)); !ok || i != ^uint32(0) {
		t.Errorf("the largest handle: %d, %v", i, ok)
	}
}
