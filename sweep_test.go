package goetia

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"
)

// waitingIn waits until n goroutines are inside the Poller's Wait of r's first shard.
func waitingIn(t testing.TB, r *Reactor, n int) {
	t.Helper()
	sh := r.shards[0]
	eventually(t, func() bool {
		sh.mu.Lock()
		defer sh.mu.Unlock()
		return sh.waiting >= n
	})
}

// eventually waits for what nothing tells of.
func eventually(t testing.TB, f func() bool) {
	t.Helper()
	for until := time.Now().Add(soon); !f(); time.Sleep(100 * time.Microsecond) {
		if time.Now().After(until) {
			t.Fatal("it did not come about")
		}
	}
}

// TestSweepBeginsDuringWait: who began to wait when there was nothing to sweep does so once
// there is. A Run of a Reactor that was still empty found no closed connection until
// some event came.
func TestSweepBeginsDuringWait(t *testing.T) {
	r := manual(t, WithSweep(20*time.Millisecond))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx) }()
	waitingIn(t, r, 1)
	a, _ := tcp(t)
	c := newFired()
	check[*Watch](t)(r.AfterReadable(a, c.call))
	a.Close()
	if got := c.wait(t); got != Closed {
		t.Errorf("fired with %v", got)
	}
	cancel()
	<-ended
}

// TestSweepPeriod: from one look at a registration to the next no more than the period goes by,
// however many there are and however many come meanwhile. A sweep that shared its time
// among those it knew of was late by a ninth of it for nine, and by nearly all of it where
// one became a thousand.
func TestSweepPeriod(t *testing.T) {
	const period = 8000
	for _, c := range []struct{ begin, end int }{
		{1, 1}, {7, 7}, {8, 8}, {9, 9}, {1000, 1000}, {5 * part * parts, 5 * part * parts}, // they stay
		{1, 2}, {1, 1000}, {3, 2 * part * parts}, {20, 30}, // and they become more
	} {
		t.Run(fmt.Sprintf("%d to %d", c.begin, c.end), func(t *testing.T) {
			sh := new(shard)
			sh.sweep.period = period
			var seen []int64
			add := func(n int, now int64) {
				for range n {
					sh.slots = append(sh.slots, new(Source))
					seen = append(seen, now)
				}
			}
			add(c.begin, 0)
			check := func(i int, now int64) {
				t.Helper()
				if late := now - seen[i] - period; late > period/1000 {
					t.Fatalf("at %d number %d of %d is late by %d", now, i, len(seen), late)
				}
			}
			now := int64(0)
			for ; now < 6*period; now++ {
				switch { // half of them at once, the others one by one
				case now == 2*period+period/3:
					add((c.end-c.begin)/2, now)
				case now > 3*period:
					add(min(c.end-len(seen), c.end/period+1), now)
				}
				at := sh.sweep.at
				sh.nextLook(now)
				sh.look(now)
				for ; ; at++ {
					i := at % len(sh.slots)
					if !sh.slots[i].is(unused) {
						break
					}
					sh.slots[i].unmark(unused)
					check(i, now)
					seen[i] = now
				}
			}
			for i := range seen {
				check(i, now)
			}
		})
	}
}

// TestUnusedIsDropped: a connection for which nobody waits in the end is not kept by the
// registration that was made for it, though nothing else goes on in the Reactor.
func TestUnusedIsDropped(t *testing.T) {
	for name, use := range map[string]func(r *Reactor, conn *net.TCPConn) (*Watch, error){
		"never armed": func(r *Reactor, conn *net.TCPConn) (*Watch, error) {
			return r.NewWatch(conn, Readable, func(Readiness) {})
		},
		"bytes were held": func(r *Reactor, conn *net.TCPConn) (*Watch, error) {
			return r.AfterReadable(holding{conn}, func(Readiness) {})
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t, WithSweep(time.Hour))
			a, _ := tcp(t)
			check[*Watch](t)(use(r, a))
			eventually(t, func() bool { return r.Stats().Sources == 0 })
		})
	}
}
