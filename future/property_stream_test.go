package future

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// flaky is a stream of values that now and then is not ready, as lates says.
func flaky(vs []int, lates []bool) Stream[int] {
	i, polls := 0, 0
	return StreamFunc[int](func(cx *Context) (int, bool, bool) {
		polls++
		if len(lates) > 0 && lates[polls%len(lates)] && polls%7 != 0 {
			cx.Waker().Wake()
			return 0, false, false
		}
		if i == len(vs) {
			return 0, false, true
		}
		i++
		return vs[i-1], true, true
	})
}

// step is an adapter and what it does to a slice.
type step struct {
	name   string
	stream func(Stream[int]) Stream[int]
	slice  func([]int) []int
}

func keep(vs []int, want func(int) bool) (out []int) {
	for _, v := range vs {
		if want(v) {
			out = append(out, v)
		}
	}
	return out
}

func each(vs []int, f func(i, v int) int) (out []int) {
	for i, v := range vs {
		out = append(out, f(i, v))
	}
	return out
}

// soon is a future that is ready in the first or the second poll.
func soon(v int) Future[int] {
	if v%2 == 0 {
		return Ready(v * 2)
	}
	return Map(Yield(), func(struct{}) int { return v * 2 })
}

func sum(vs []int) (n int) {
	for _, v := range vs {
		n += v
	}
	return n
}

// steps are all adapters whose order is given, with n and other to go by.
func steps(n int, other []int, lates []bool) []step {
	odd := func(v int) bool { return v%2 != 0 }
	small := func(v int) bool { return v < 50 }
	twice := func(_, v int) int { return v * 2 }
	return []step{
		{
			"MapEach", func(s Stream[int]) Stream[int] { return MapEach(s, func(v int) int { return 3*v + 1 }) },
			func(vs []int) []int { return each(vs, func(_, v int) int { return 3*v + 1 }) },
		},
		{"Enumerate", func(s Stream[int]) Stream[int] {
			return MapEach(Enumerate(s), func(x Indexed[int]) int { return x.Index + x.Value })
		}, func(vs []int) []int { return each(vs, func(i, v int) int { return i + v }) }},
		{
			"Filter", func(s Stream[int]) Stream[int] { return Filter(s, odd) },
			func(vs []int) []int { return keep(vs, odd) },
		},
		{"FilterMap", func(s Stream[int]) Stream[int] {
			return FilterMap(s, func(v int) (int, bool) { return v * 2, odd(v) })
		}, func(vs []int) []int { return each(keep(vs, odd), twice) }},
		{
			"Take", func(s Stream[int]) Stream[int] { return Take(s, n) },
			func(vs []int) []int { return vs[:min(n, len(vs))] },
		},
		{
			"TakeWhile", func(s Stream[int]) Stream[int] { return TakeWhile(s, small) },
			func(vs []int) []int {
				if i := slices.IndexFunc(vs, func(v int) bool { return !small(v) }); i >= 0 {
					return vs[:i]
				}
				return vs
			},
		},
		{
			"Skip", func(s Stream[int]) Stream[int] { return Skip(s, n) },
			func(vs []int) []int { return vs[min(n, len(vs)):] },
		},
		{
			"Chunks", func(s Stream[int]) Stream[int] { return MapEach(Chunks(s, n+1), sum) },
			func(vs []int) (out []int) {
				for c := range slices.Chunk(vs, n+1) {
					out = append(out, sum(c))
				}
				return out
			},
		},
		{"Zip", func(s Stream[int]) Stream[int] {
			return MapEach(Zip(s, flaky(other, lates)), func(t Tuple2[int, int]) int { return t.A - t.B })
		}, func(vs []int) []int {
			return each(vs[:min(len(vs), len(other))], func(i, v int) int { return v - other[i] })
		}},
		{
			"Chain", func(s Stream[int]) Stream[int] { return Chain(flaky(other, lates), s, StreamOf(7)) },
			func(vs []int) []int { return slices.Concat(other, vs, []int{7}) },
		},
		{
			"ThenEach", func(s Stream[int]) Stream[int] { return ThenEach(s, soon) },
			func(vs []int) []int { return each(vs, twice) },
		},
		{
			"Buffered", func(s Stream[int]) Stream[int] { return Buffered(MapEach(s, soon), n+1) },
			func(vs []int) []int { return each(vs, twice) },
		},
		{"FuseStream", FuseStream[int], same[[]int]},
		{"Throttle", func(s Stream[int]) Stream[int] { return Throttle(s, 0) }, same[[]int]},
		{"FromSeq", func(s Stream[int]) Stream[int] { return FromSeq(ToSeq(context.Background(), s)) }, same[[]int]},
	}
}

// sinks are what makes an end of a stream.
var sinks = map[string]func(s Stream[int]) []int{
	"Collect": func(s Stream[int]) []int { return BlockOn(Collect(s)) },
	"ForEach": func(s Stream[int]) (all []int) {
		BlockOn(ForEach(s, func(v int) { all = append(all, v) }))
		return all
	},
	"Fold": func(s Stream[int]) []int {
		return BlockOn(Fold(s, []int{}, func(all []int, v int) []int { return append(all, v) }))
	},
	"Next": func(s Stream[int]) (all []int) {
		for {
			item := BlockOn(Next(s))
			if !item.OK {
				return all
			}
			all = append(all, item.Value)
		}
	},
	"ToSeq": func(s Stream[int]) []int { return slices.Collect(ToSeq(context.Background(), s)) },
	"ToChan": func(s Stream[int]) (all []int) {
		ch := make(chan int, 1)
		var l Local
		Spawn(&l, ToChan(s, ch))
		Spawn(&l, ForEach(FromChan(ch), func(v int) { all = append(all, v) }))
		_ = l.Run(context.Background())
		return all
	},
	"in a task with a small budget": func(s Stream[int]) []int {
		l := NewLocal(LocalOptions{Budget: 1})
		all, _ := RunUntil(context.Background(), l, Collect(s))
		return all
	},
}

// TestStreamsAgainstSlices: pipelines of adapters do what the same steps do to a slice, however
// often the source keeps them waiting.
func TestStreamsAgainstSlices(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ints := rapid.SliceOfN(rapid.IntRange(0, 99), 0, 30)
		lates := rapid.SliceOfN(rapid.Bool(), 0, 8).Draw(t, "lates")
		want := ints.Draw(t, "source")
		s := flaky(want, lates)
		for i := range rapid.IntRange(0, 5).Draw(t, "steps") {
			all := steps(rapid.IntRange(0, 6).Draw(t, "n"), ints.Draw(t, "other"), lates)
			st := all[rapid.IntRange(0, len(all)-1).Draw(t, fmt.Sprintf("step %d", i))]
			t.Log(st.name)
			s, want = st.stream(s), st.slice(want)
		}
		sink := rapid.SampledFrom(slices.Sorted(keysOf(sinks))).Draw(t, "sink")
		if got := sinks[sink](s); !slices.Equal(got, want) {
			t.Fatalf("%v, and not %v", got, want)
		}
	})
}

func keysOf[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// TestMergeAgainstSlices: a merged stream has the items of all, those of each in their order.
func TestMergeAgainstSlices(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(0, 20), 0, 6).Draw(t, "sizes")
		var ss []Stream[int]
		for i, n := range sizes {
			vs := make([]int, n)
			for j := range vs {
				vs[j] = 100*i + j
			}
			ss = append(ss, flaky(vs, rapid.SliceOfN(rapid.Bool(), 0, 8).Draw(t, "lates")))
		}
		got := BlockOn(Collect(Merge(ss...)))
		if want := sum(sizes); len(got) != want {
			t.Fatalf("%d items, and not %d", len(got), want)
		}
		for i, n := range sizes {
			of := keep(got, func(v int) bool { return v/100 == i })
			if !slices.Equal(of, each(make([]int, n), func(j, _ int) int { return 100*i + j })) {
				t.Fatalf("of stream %d: %v", i, of)
			}
		}
	})
}

// TestBufferUnorderedAgainstSlices: all values come, and never are more futures at work than allowed.
func TestBufferUnorderedAgainstSlices(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		vs := rapid.SliceOfN(rapid.IntRange(0, 99), 0, 40).Draw(t, "values")
		n := rapid.IntRange(1, 5).Draw(t, "n")
		working, most := 0, 0
		s := BufferUnordered(MapEach(StreamOf(vs...), func(v int) Future[int] {
			working++
			most = max(most, working)
			left := v % 4
			return PollFunc[int](func(cx *Context) (int, bool) {
				if left--; left >= 0 {
					cx.Waker().Wake()
					return 0, false
				}
				working--
				return v, true
			})
		}), n)
		got := BlockOn(Collect(s))
		slices.Sort(got)
		slices.Sort(vs)
		if !slices.Equal(got, vs) || most > n {
			t.Fatalf("%v, and not %v; %d at a time", got, vs, most)
		}
	})
}
