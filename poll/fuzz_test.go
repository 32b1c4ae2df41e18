package poll

import (
	"strings"
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
)

// encoded chooses as a byte string says.
type encoded struct{ data []byte }

func (e *encoded) more() bool { return len(e.data) > 0 }

func (e *encoded) choose(n int) int {
	if len(e.data) == 0 {
		return 0
	}
	b := e.data[0]
	e.data = e.data[1:]
	return int(b) % n
}

// FuzzPollerOps turns a byte string into operations and holds the Poller against
// the model of the property tests. The first byte is the plan of faults, the
// second the seed.
func FuzzPollerOps(f *testing.F) {
	f.Add([]byte{})
	// add, make readable, wait; with each plan.
	for plan := range plans {
		f.Add([]byte{byte(plan), 7, 0, 0, 1, 1, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 8, 7})
	}
	// add, close, add the successor, delete.
	f.Add([]byte{3, 1, 0, 0, 3, 1, 0, 0, 0, 0, 5, 0, 0, 3, 1, 0, 0, 0, 0, 4})
	f.Fuzz(func(t *testing.T, data []byte) {
		c := &encoded{data: data[:min(len(data), 4096)]}
		plan := plans[c.choose(len(plans))]
		plan.Seed = uint64(c.choose(256))
		m := newModel(c, plan, configs[c.choose(len(configs))])
		if err := m.run(); err != nil {
			t.Fatalf("%v\nafter:\n%s\nfaults: %v", err, strings.Join(m.log, "\n"), m.wild.Faults())
		}
	})
}

// FuzzTable holds the table against two maps: a token resolves as long as its
// registration lives, and never again.
func FuzzTable(f *testing.F) {
	f.Add([]byte{0, 1, 0, 2, 1, 1, 2, 0, 3, 0})
	f.Add([]byte{0, 1, 2, 0, 0, 1, 2, 0, 0, 1, 4, 3, 3})
	f.Add([]byte{0, 1, 4, 0, 0, 1, 2, 0, 0, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		c := &encoded{data: data}
		var tb table
		live := make(map[backend.Token]Key)
		handles := make(map[uintptr]backend.Token)
		var dead []backend.Token
		wrapped := false
		for key := Key(1); c.more(); key++ {
			switch c.choose(5) {
			case 0: // add
				h := uintptr(c.choose(8))
				if _, taken := handles[h]; taken {
					continue
				}
				i, tok := tb.reserve()
				if tok == 0 || tok == backend.WakeToken || tok.Generation() == 0 {
					t.Fatalf("token %#x is not valid", tok)
				}
				if _, twice := live[tok]; twice {
					t.Fatalf("token %#x was given twice", tok)
				}
				tb.fill(i, FD(h), key, backend.Readable, backend.Oneshot)
				live[tok], handles[h] = key, tok
			case 1: // reserve and give back
				i, tok := tb.reserve()
				tb.release(i)
				dead = append(dead, tok)
			case 2: // delete
				h := uintptr(c.choose(8))
				i, s := tb.find(h)
				tok, known := handles[h]
				if (s != nil) != known {
					t.Fatalf("handle %d: found %t, want %t", h, s != nil, known)
				}
				if s == nil {
					continue
				}
				if tb.token(i) != tok {
					t.Fatalf("handle %d has token %#x, want %#x", h, tb.token(i), tok)
				}
				tb.release(i)
				delete(live, tok)
				delete(handles, h)
				dead = append(dead, tok)
			case 3: // a token of long ago
				if len(dead) == 0 || wrapped {
					continue
				}
				if tok := dead[c.choose(len(dead))]; tb.resolve(tok) != nil {
					t.Fatalf("token %#x resolves after its end", tok)
				}
			case 4: // let a free slot's generations run out
				if len(tb.free) > 0 {
					tb.slots[tb.free[len(tb.free)-1]].generation = ^uint32(0) - uint32(c.choose(3))
					wrapped = true // old tokens may come again now
				}
			}
			if tb.len() != len(live) {
				t.Fatalf("%d registrations, want %d", tb.len(), len(live))
			}
			for tok, key := range live {
				if s := tb.resolve(tok); s == nil || s.key != key {
					t.Fatalf("token %#x resolves to %v, want key %d", tok, s, key)
				}
			}
		}
	})
}
