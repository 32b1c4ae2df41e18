package loom_test

import (
	"strings"
	"testing"

	"github.com/goetia-go/goetia/internal/loom"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// steps starts n threads of k operations each.
func steps(n, k int) func(*loom.Model) {
	return func(m *loom.Model) {
		var x loom.Uint32
		for range n {
			m.Go("adder", func() {
				for range k {
					x.Add(1)
				}
			})
		}
		m.Finally(func() { loom.Assert(x.Load() == uint32(n*k), "%d", x.Load()) })
	}
}

// TestLoomCountsOrders: the number of orders is what combinatorics says.
func TestLoomCountsOrders(t *testing.T) {
	for _, c := range []struct {
		threads, operations, preemptions, want int
	}{
		{1, 5, 9, 1},
		{2, 1, 9, 2},
		{2, 3, 99, 20},  // 6 over 3
		{2, 5, 99, 252}, // 10 over 5
		{3, 2, 99, 90},  // 6! / 2!^3
		{3, 3, 99, 1680},
		{2, 3, 0, 2}, // one after the other
		{3, 4, 0, 6},
		{2, 5, 1, 2 + 2*4}, // the first one is interrupted at one of four places
		{2, 5, 2, interleavings(5, 2)},
		{2, 5, 3, interleavings(5, 3)},
	} {
		r := loom.Explore(loom.Options{Preemptions: c.preemptions}, steps(c.threads, c.operations))
		if r.Failure != nil || !r.Complete {
			t.Fatalf("%+v: %v", c, r.Failure)
		}
		if r.Schedules != c.want || r.Steps != c.threads*c.operations {
			t.Errorf("%+v: %d schedules of %d steps", c, r.Schedules, r.Steps)
		}
	}
}

// interleavings counts those of two threads of n operations each with at most so many preemptions, in
// another way than the package does: it looks at all words of two letters.
func interleavings(n, most int) (count int) {
	for word := range 1 << (2 * n) {
		left := [2]int{n, n}
		preemptions := 0
		for i := range 2 * n {
			who := word >> i & 1
			left[who]--
			if i > 0 {
				if before := word >> (i - 1) & 1; before != who && left[before] > 0 {
					preemptions++
				}
			}
		}
		if left == [2]int{} && preemptions <= most {
			count++
		}
	}
	return count
}

func TestLoomFinds(t *testing.T) {
	for _, c := range []struct {
		name        string
		kind        loom.Kind
		preemptions int
		says        string
		body        func(*loom.Model)
	}{
		{"a lost update", loom.Assertion, 1, "1 of 2", func(m *loom.Model) {
			var x loom.Uint32
			for range 2 {
				m.Go("adder", func() { x.Store(x.Load() + 1) })
			}
			m.Finally(func() { loom.Assert(x.Load() == 2, "%d of 2", x.Load()) })
		}},
		{"a deadlock", loom.Deadlock, 1, "one in Mutex.Lock", func(m *loom.Model) {
			var a, b loom.Mutex
			x := 0
			both := func(first, second *loom.Mutex) func() {
				return func() {
					first.Lock()
					defer first.Unlock()
					second.Lock()
					defer second.Unlock()
					x++
				}
			}
			m.Go("one", both(&a, &b))
			m.Go("two", both(&b, &a))
		}},
		{"a livelock", loom.Livelock, 0, "10000 steps", func(m *loom.Model) {
			var x loom.Int64
			m.Go("spinner", func() {
				for x.Load() == 0 { //nolint:revive // it spins
				}
			})
		}},
		{"a lost wake-up", loom.Deadlock, 1, "sleeper in Wait", func(m *loom.Model) {
			var happened, sleeping, woken loom.Uint32
			m.Go("sleeper", func() {
				if happened.Load() == 0 {
					sleeping.Store(1)
					loom.Wait(func() bool { return woken.Load() == 1 })
				}
			})
			m.Go("event", func() {
				happened.Store(1)
				if sleeping.Load() == 1 {
					woken.Store(1)
				}
			})
		}},
		{"a race that does no harm", loom.Race, 0, "two accesses", func(m *loom.Model) {
			var x int
			var y loom.Uint32
			for _, name := range []string{"one", "two"} {
				m.Go(name, func() {
					y.Load()
					loom.Reads(&x)
					y.Load()
					loom.Writes(&x)
					x++
				})
			}
		}},
		{"a write that races with a read before it", loom.Race, 0, "two writes", func(m *loom.Model) {
			var x int
			var y loom.Uint32
			m.Go("one", func() { y.Load(); loom.Reads(&x); _ = x })
			m.Go("two", func() { y.Load(); loom.Writes(&x); x++ })
		}},
		{"a panic", loom.Panic, 0, "boo", func(m *loom.Model) {
			var x loom.Pointer[int]
			m.Go("thrower", func() {
				if x.Load() == nil {
					panic("boo")
				}
			})
		}},
		{"an assertion in a thread", loom.Assertion, 0, "no 1", func(m *loom.Model) {
			var x loom.Uint32
			m.Go("one", func() { loom.Assert(x.Load() == 1, "no %d", 1) })
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			opts := loom.Options{Preemptions: c.preemptions}
			r := loom.Explore(opts, c.body)
			if r.Failure == nil || r.Failure.Kind != c.kind || !strings.Contains(r.Failure.Error(), c.says) {
				t.Fatalf("after %d schedules: %v", r.Schedules, r.Failure)
			}
			if c.kind != loom.Livelock && (len(r.Failure.Trace) != len(r.Failure.Schedule) || len(r.Failure.Trace) == 0) {
				t.Errorf("%d lines for %d turns", len(r.Failure.Trace), len(r.Failure.Schedule))
			}
			s, err := loom.ParseSchedule(r.Failure.Schedule.String())
			if err != nil {
				t.Fatal(err)
			}
			if again := loom.Replay(opts, s, c.body); again == nil || again.Kind != c.kind {
				t.Errorf("the same order again: %v", again)
			}
		})
	}
}

// TestLoomNeedsAPreemption: what needs one is not found without.
func TestLoomNeedsAPreemption(t *testing.T) {
	r := loom.Explore(loom.Options{}, func(m *loom.Model) {
		var x loom.Uint32
		for range 2 {
			m.Go("adder", func() { x.Store(x.Load() + 1) })
		}
		m.Finally(func() { loom.Assert(x.Load() == 2, "%d", x.Load()) })
	})
	if r.Failure != nil || r.Schedules != 2 {
		t.Errorf("%d schedules: %v", r.Schedules, r.Failure)
	}
}

func TestLoomNondeterminism(t *testing.T) {
	calls := 0
	r := loom.Explore(loom.Options{Preemptions: 2}, func(m *loom.Model) {
		calls++
		var x loom.Uint32
		for range 1 + calls%2 {
			m.Go("one", func() { x.Load(); x.Load() })
		}
	})
	if r.Failure == nil || r.Failure.Kind != loom.Nondeterminism {
		t.Errorf("%d schedules: %v", r.Schedules, r.Failure)
	}
}

// TestLoomMutex: who holds the mutex is alone, and what it protects is no race.
func TestLoomMutex(t *testing.T) {
	r := loom.Explore(loom.Options{Preemptions: 3}, func(m *loom.Model) {
		var mu loom.Mutex
		var in loom.Int64
		x := 0
		for range 3 {
			m.Go("holder", func() {
				mu.Lock()
				defer mu.Unlock()
				loom.Assert(in.Add(1) == 1, "two hold it")
				loom.Writes(&x)
				x++
				in.Add(-1)
			})
		}
		m.Finally(func() { loom.Assert(x == 3, "%d", x) })
	})
	if r.Failure != nil || !r.Complete {
		t.Error(r.Failure)
	}
	t.Logf("%d schedules", r.Schedules)
}

// TestLoomPublication: an atomic puts what was written before it in order with what is read after.
func TestLoomPublication(t *testing.T) {
	r := loom.Explore(loom.Options{Preemptions: 9}, func(m *loom.Model) {
		var p loom.Pointer[int]
		var x int
		m.Go("writer", func() { loom.Writes(&x); x = 7; p.Store(&x) })
		m.Go("reader", func() {
			if q := p.Load(); q != nil {
				loom.Reads(q)
				loom.Assert(*q == 7, "%d", *q)
			}
		})
	})
	if r.Failure != nil || r.Schedules != 2 {
		t.Errorf("%d schedules: %v", r.Schedules, r.Failure)
	}
}

// TestLoomYield: a loop that gives way is none for ever.
func TestLoomYield(t *testing.T) {
	r := loom.Explore(loom.Options{Preemptions: 3}, func(m *loom.Model) {
		var x loom.Uint32
		m.Go("spinner", func() {
			for x.Load() != 3 {
				loom.Yield()
			}
		})
		m.Go("other", func() { x.Add(1); x.Add(1); x.Add(1) })
	})
	if r.Failure != nil || !r.Complete || r.Schedules < 4 {
		t.Errorf("%d schedules: %v", r.Schedules, r.Failure)
	}
}

func TestLoomLimitOfSchedules(t *testing.T) {
	if r := loom.Explore(loom.Options{Preemptions: 99, Schedules: 10}, steps(2, 5)); r.Schedules != 10 || r.Complete {
		t.Errorf("%+v", r)
	}
}

// TestLoomOutside: without an exploration the types are ordinary ones.
func TestLoomOutside(t *testing.T) {
	t.Parallel()
	var mu loom.Mutex
	var n loom.Int64
	done := make(chan struct{})
	x := 0
	for range 4 {
		go func() {
			defer func() { done <- struct{}{} }()
			for range 1000 {
				mu.Lock()
				x++
				mu.Unlock()
				n.Add(1)
			}
		}()
	}
	for range 4 {
		<-done
	}
	if x != 4000 || n.Load() != 4000 {
		t.Errorf("%d and %d of 4000", x, n.Load())
	}
}

func TestLoomParseSchedule(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "0*3", "0*1 1*2 0*4", "0*1048576"} {
		if s, err := loom.ParseSchedule(text); err != nil || s.String() != text {
			t.Errorf("%q: %v, %v", text, s, err)
		}
	}
	for _, text := range []string{"0", "x*1", "1*", "9*1", "0*1,1*2", "0*1048577", "0*1048575 0*2", "0*1048576 1*1", "0*4294967296"} {
		if s, err := loom.ParseSchedule(text); err == nil {
			t.Errorf("%q: %v", text, s)
		}
	}
}

func BenchmarkSchedule(b *testing.B) {
	loom.Explore(loom.Options{Preemptions: 99, Schedules: b.N}, steps(3, 8))
}
