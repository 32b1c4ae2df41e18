package future

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// forest draws futures that are made of others, and says what becomes of them and when. Every
// delay is a power of two of its own, so that no two things happen at the same time.
type forest struct {
	t    *rapid.T
	bits []int
}

// tree is a future and what it must come to: a value or an error, so long after it is first polled.
type tree struct {
	future Future[Result[int]]
	value  int
	err    error
	after  time.Duration
}

const never = time.Duration(math.MaxInt64)

// plus is a after b, where both may be never.
func plus(a, b time.Duration) time.Duration {
	if a == never || b == never {
		return never
	}
	return a + b
}

func (f *forest) delay() time.Duration {
	if len(f.bits) == 0 {
		return never
	}
	b := f.bits[0]
	f.bits = f.bits[1:]
	return 1 << b
}

func (f *forest) leaf() tree {
	d := f.delay()
	if d == never || rapid.IntRange(0, 9).Draw(f.t, "never") == 0 {
		return tree{future: Pending[Result[int]](), after: never}
	}
	x := tree{value: int(d), after: d}
	if rapid.IntRange(0, 3).Draw(f.t, "fails") == 0 {
		x.value, x.err = 0, fmt.Errorf("error of %d", d)
	}
	r := Result[int]{x.value, x.err}
	x.future = Map(After(d), func(time.Time) Result[int] { return r })
	return x
}

func (f *forest) trees(n, depth int) (all []tree, futures []Future[Result[int]]) {
	for range n {
		x := f.tree(depth)
		all = append(all, x)
		futures = append(futures, x.future)
	}
	return all, futures
}

// first is the tree that is ready first.
func first(all []tree) (i int) {
	for j := range all {
		if all[j].after < all[i].after {
			i = j
		}
	}
	return i
}

// tryAll is what TryJoin makes of all.
func tryAll(all []tree) (x tree) {
	fails := never
	for _, y := range all {
		if y.err != nil && y.after < fails {
			fails, x.err = y.after, y.err
		}
		x.value += y.value
		x.after = max(x.after, y.after)
	}
	if x.err != nil {
		x.value, x.after = 0, fails
	}
	return x
}

func total(vs ...int) int { return sum(vs) }

// at puts the index of who has won into a result, if it is no error.
func at(r Result[int], i int) Result[int] {
	if r.Err == nil {
		r.Value += i
	}
	return r
}

func (f *forest) tree(depth int) tree {
	kind := 0
	if depth > 0 {
		kind = rapid.IntRange(0, 11).Draw(f.t, "kind")
	}
	n := rapid.IntRange(1, 4).Draw(f.t, "children")
	switch kind {
	case 1:
		all, fs := f.trees(n, depth-1)
		x := all[first(all)]
		x.future = Race(fs...)
		return x
	case 2:
		all, fs := f.trees(n, depth-1)
		i := first(all)
		x := all[i]
		x.value = at(Result[int]{x.value, x.err}, i).Value
		x.future = Map(Select(fs...), func(won Indexed[Result[int]]) Result[int] {
			return at(won.Value, won.Index)
		})
		return x
	case 3:
		all, fs := f.trees(n, depth-1)
		x := tryAll(all)
		x.future = MapTry(TryJoin(fs...), func(vs []int) (int, error) { return sum(vs), nil })
		return x
	case 4:
		all, fs := f.trees(n, depth-1)
		x := tree{}
		for _, y := range all {
			x.value, x.after = x.value+y.value, max(x.after, y.after)
		}
		x.future = Map(Join(fs...), func(rs []Result[int]) (r Result[int]) {
			for _, one := range rs {
				r.Value += one.Value
			}
			return r
		})
		return x
	case 5:
		all, fs := f.trees(3, depth-1)
		x := tryAll(all)
		x.future = MapTry(TryJoin3(fs[0], fs[1], fs[2]), func(t Tuple3[int, int, int]) (int, error) {
			return total(t.A, t.B, t.C), nil
		})
		return x
	case 6:
		all, fs := f.trees(3, depth-1)
		i := first(all)
		x := all[i]
		x.value = at(Result[int]{x.value, x.err}, i).Value
		x.future = Map(Select3(fs[0], fs[1], fs[2]), func(c Choice3[Result[int], Result[int], Result[int]]) Result[int] {
			return at([...]Result[int]{c.A, c.B, c.C}[c.Index], c.Index)
		})
		return x
	case 7:
		x, d := f.tree(depth-1), f.delay()
		if d == never {
			return x
		}
		x.future = Flatten(Timeout(x.future, d))
		if d < x.after {
			x.value, x.err, x.after = 0, ErrTimeout, d
		}
		return x
	case 8:
		a, b := f.tree(depth-1), f.tree(depth-1)
		x := a
		if a.err == nil {
			x.value, x.err = a.value+b.value, b.err
			x.after = plus(a.after, b.after)
			if b.err != nil {
				x.value = b.value
			}
		}
		x.future = ThenTry(a.future, func(v int) Future[Result[int]] {
			return MapTry(b.future, func(w int) (int, error) { return v + w, nil })
		})
		return x
	case 9:
		x := f.tree(depth - 1)
		inner := x.future
		x.future = Map(Join2(Lazy(func() Future[Result[int]] { return inner }), Ready(1)),
			func(t Tuple2[Result[int], int]) Result[int] { return t.A })
		return x
	case 10:
		x := f.tree(depth - 1)
		s := Share(x.future)
		x.future = Map(Join2[Result[int], Result[int]](s, s.Clone()), func(t Tuple2[Result[int], Result[int]]) Result[int] {
			return t.B
		})
		return x
	case 11:
		x := f.tree(depth - 1)
		x.future = Flatten(Catch(Fuse(x.future)))
		return x
	}
	return f.leaf()
}

// TestFuturesAgainstTheirMeaning: whatever futures are made of, they are ready when they must be, to the
// nanosecond, with what they must be.
func TestFuturesAgainstTheirMeaning(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		f := &forest{t: t, bits: rand.New(rand.NewPCG(seed, 1)).Perm(60)}
		x := f.tree(4)
		var c ManualClock
		l := NewLocal(LocalOptions{Clock: &c, Budget: rapid.IntRange(1, 8).Draw(t, "budget")})
		defer l.Close()
		task := Spawn(l, x.future)
		for {
			for l.TryTick() {
			}
			if task.Finished() || !c.AdvanceToNext() {
				break
			}
		}
		r, ok := task.Result()
		if ok != (x.after != never) {
			t.Fatalf("ended: %t, and should after %d", ok, x.after)
		}
		if !ok {
			return
		}
		passed := c.Now().Sub(manualBeginning)
		if passed != x.after || !errors.Is(r.Value.Err, x.err) || r.Value.Value != x.value {
			t.Fatalf("%v after %d, and not %d, %v after %d", r.Value, passed, x.value, x.err, x.after)
		}
		if c.Timers() != 0 {
			t.Fatalf("%d timers are left", c.Timers())
		}
	})
}
