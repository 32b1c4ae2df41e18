package goetia

import "testing"

// TestShardsShareTheWork: descriptors as systems and programs number them are spread over the shards,
// whatever their number is.
func TestShardsShareTheWork(t *testing.T) {
	for _, stride := range []uintptr{1, 2, 4, 8} {
		for n := 2; n <= 16; n++ {
			r := &Reactor{}
			for range n {
				r.shards = append(r.shards, new(shard))
			}
			const each = 8
			for first := range uintptr(500) {
				in := make(map[*shard]int)
				for i := range uintptr(n * each) {
					in[r.shardOf(first+i*stride)]++
				}
				for i, sh := range r.shards {
					if in[sh] < each/2 || in[sh] > 2*each {
						t.Fatalf("%d in one of %d shards of %d numbers from %d by %d (shard %d)", in[sh], n, n*each, first, stride, i)
					}
				}
			}
		}
	}
}
