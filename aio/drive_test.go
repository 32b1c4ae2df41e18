package aio_test

import (
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// TestNoHelper: who blocks drives the Loop on its own goroutine.
func TestNoHelper(t *testing.T) {
	l := loop(t)
	c, p := withPeer(t, l)
	var stacks [64 << 10]byte
	buf := make([]byte, 1)
	f := c.Read(buf)
	asked := false
	r := aio.BlockOn(l, future.PollFunc[future.Result[int]](func(cx *future.Context) (future.Result[int], bool) {
		v, ready := f.Poll(cx)
		if !ready && !asked {
			asked = true
			for _, g := range strings.Split(string(stacks[:runtime.Stack(stacks[:], true)]), "\n\n") {
				if strings.Contains(g, "goetia.(*shard).drive") {
					t.Errorf("a helper drives:\n%s", g)
				}
			}
			if _, err := p.Write([]byte("x")); err != nil {
				t.Error(err)
			}
		}
		return v, ready
	}))
	if r.Err != nil || r.Value != 1 {
		t.Fatal(r)
	}
	if turns := l.Reactor().Stats().Poll.Batches; turns == 0 {
		t.Error("nobody has turned it")
	}
}

// TestManyDrivers: of many who block at once one drives, and when it leaves another takes over;
// nobody's wake-up is lost.
func TestManyDrivers(t *testing.T) {
	t.Parallel()
	l := loop(t)
	const conns, rounds = 16, 50
	var wg sync.WaitGroup
	for range conns {
		a, b := tcpPair(t, l)
		x, y := aio.AsConn(l, a), aio.AsConn(l, b)
		wg.Go(func() {
			buf := make([]byte, 1)
			for range rounds {
				if _, err := x.Read(buf); err != nil {
					t.Error(err)
					return
				}
				if _, err := x.Write(buf); err != nil {
					t.Error(err)
					return
				}
			}
		})
		wg.Go(func() {
			buf := make([]byte, 1)
			for i := range rounds {
				buf[0] = byte(i)
				if _, err := y.Write(buf); err != nil {
					t.Error(err)
					return
				}
				if _, err := y.Read(buf); err != nil || buf[0] != byte(i) {
					t.Error(buf, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestTakingOver: the one who drives leaves for good while others wait for the reactor.
func TestTakingOver(t *testing.T) {
	t.Parallel()
	l := loop(t)
	for range 30 {
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() { aio.BlockOn(l, l.After(time.Duration(i)*time.Millisecond)) })
		}
		wg.Wait()
	}
}

// TestWakeUpsFromElsewhere: what has nothing to do with the reactor wakes who drives it.
func TestWakeUpsFromElsewhere(t *testing.T) {
	t.Parallel()
	for _, opts := range [][]goetia.Option{nil, {goetia.WithBackground()}} {
		l, err := aio.New(opts...)
		if err != nil {
			t.Fatal(err)
		}
		local := l.NewLocal(future.LocalOptions{})
		for i := range 1000 {
			var e future.Oneshot[int]
			go e.Send(i)
			if r, err := future.RunUntil(t.Context(), local, &e); err != nil || r.Value != i {
				t.Fatal(r, err)
			}
		}
		closed(t, l)
	}
}

func TestDefault(t *testing.T) {
	t.Parallel()
	l, err := aio.Default()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := aio.Default(); again != l || err != nil {
		t.Error(again, err)
	}
	a, b := tcpPair(t, l)
	must(t, l, a.Write([]byte("x")))
	if n := must(t, l, b.Read(make([]byte, 1))); n != 1 {
		t.Error(n)
	}
}
