package timers

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// TestAgainstList compares the queue with a list that is searched from end to end.
func TestAgainstList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q Queue
		all := make([]Timer, 40)
		want := make(map[*Timer]int64)
		now := int64(rapid.IntRange(-1000, 1000).Draw(t, "start"))
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			x := &all[rapid.IntRange(0, len(all)-1).Draw(t, "timer")]
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0, 1, 2:
				when := now + int64(rapid.IntRange(-5, 50).Draw(t, "when"))
				q.Reset(x, when)
				want[x] = when
			case 3:
				_, set := want[x]
				if q.Stop(x) != set {
					t.Fatalf("Stop said %v of a timer that was set: %v", !set, set)
				}
				delete(want, x)
			case 4:
				earliest := int64(Never)
				for _, when := range want {
					earliest = min(earliest, when)
				}
				if got := q.Next(); got != earliest {
					t.Fatalf("Next is %d, want %d", got, earliest)
				}
			case 5:
				now += int64(rapid.IntRange(0, 20).Draw(t, "pass"))
				last := int64(-1 << 62)
				for x := q.Pop(now); x != nil; x = q.Pop(now) {
					when, set := want[x]
					if !set || when > now || when < last {
						t.Fatalf("popped at %d what was set %v for %d, after one for %d", now, set, when, last)
					}
					last = when
					delete(want, x)
				}
				for _, when := range want {
					if when <= now {
						t.Fatalf("one for %d was not popped at %d", when, now)
					}
				}
			}
			if q.Len() != len(want) {
				t.Fatalf("Len is %d, want %d", q.Len(), len(want))
			}
			for x, when := range want {
				if !x.Set() || x.When() != when {
					t.Fatalf("timer says %v %d, want %d", x.Set(), x.When(), when)
				}
			}
			if q.idle < 0 || q.idle > len(q.heap) {
				t.Fatalf("%d idle of %d", q.idle, len(q.heap))
			}
		}
	})
}

// TestStoppedTimersAreCleared: what was stopped does not stay until its time.
func TestStoppedTimersAreCleared(t *testing.T) {
	var q Queue
	for i := range 100_000 {
		x := new(Timer)
		q.Reset(x, int64(i)+1<<40)
		q.Stop(x)
	}
	if len(q.heap) > 2*few+2 {
		t.Fatalf("%d entries of stopped timers", len(q.heap))
	}
}

// TestPuttingOffMovesNothing: resets to later times leave one entry.
func TestPuttingOffMovesNothing(t *testing.T) {
	var q Queue
	x := new(Timer)
	allocs := testing.AllocsPerRun(1000, func() { q.Reset(x, x.when+1+int64(rand.IntN(9))) })
	if len(q.heap) != 1 || allocs != 0 {
		t.Fatalf("%d entries and %v allocations", len(q.heap), allocs)
	}
}

func FuzzQueue(f *testing.F) {
	f.Add([]byte{0, 9, 1, 5, 0, 4, 3, 0, 2, 8})
	f.Fuzz(func(t *testing.T, script []byte) {
		var q Queue
		var all [16]Timer
		set, now := map[*Timer]int64{}, int64(0)
		for len(script) >= 2 {
			x, arg := &all[script[0]&15], int64(script[1])
			switch script[0] >> 6 {
			case 0, 1:
				q.Reset(x, now+arg)
				set[x] = now + arg
			case 2:
				q.Stop(x)
				delete(set, x)
			case 3:
				now += arg
				for x := q.Pop(now); x != nil; x = q.Pop(now) {
					if set[x] > now {
						t.Fatal("early")
					}
					delete(set, x)
				}
				for _, when := range set {
					if when <= now {
						t.Fatal("late")
					}
				}
			}
			script = script[2:]
			if q.Len() != len(set) {
				t.Fatalf("%d set, want %d", q.Len(), len(set))
			}
		}
	})
}
