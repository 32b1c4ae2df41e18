package socknotify_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/sim"
	"github.com/goetia-go/goetia/internal/backend/socknotify"
	"github.com/goetia-go/goetia/internal/backend/socknotify/socknotifytest"
	sys "github.com/goetia-go/goetia/internal/sys/socknotify"
)

// Packets that were queued for a closed socket are nobody's once its number is added again.
func TestPacketsAfterClosing(t *testing.T) {
	var w world
	p, _ := w.open(t, socknotifytest.Survive)
	other, otherPeer := w.Pipe()
	a, b := w.Pipe()
	for i, s := range []*sim.End{other, a} {
		if err := p.Add(s.Handle(), index(i, 1), 0, backend.Readable, backend.Oneshot); err != nil {
			t.Fatal(err)
		}
	}
	otherPeer.Write([]byte("x"))
	b.Write([]byte("x"))
	one := make([]backend.Event, 1) // the other packet is queued, and stays
	if n, err := p.Wait(one, 0); n != 1 || err != nil || one[0].Token != index(0, 1) {
		t.Fatal(n, err, one)
	}
	h := a.Handle()
	a.Close()
	fresh := w.NewSource()
	if fresh.Handle() != h {
		t.Fatal("the number was not used again")
	}
	fresh.SetWritable(true)
	if err := p.Add(h, index(2, 1), index(1, 1), backend.Writable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	if got := events(t, p); !slices.Equal(got, []backend.Event{{Token: index(2, 1), Ready: backend.ReadyWritable}}) {
		t.Errorf("got %+v", got)
	}
}

// A socket can be in one Poller, and in none if it is on somebody else's port.
func TestSecondPort(t *testing.T) {
	var w world
	p, _ := w.open(t, 0)
	q, _ := w.open(t, 0)
	a, _ := w.Pipe()
	if err := p.Add(a.Handle(), index(0, 1), 0, backend.Writable, backend.Level); err != nil {
		t.Fatal(err)
	}
	if err := q.Add(a.Handle(), index(0, 1), 0, backend.Writable, backend.Level); !errors.Is(err, backend.ErrUnsupported) {
		t.Errorf("the second Poller: %v", err)
	}
	if got := make([]backend.Event, 1); true {
		if n, err := p.Wait(got, 0); n != 1 || err != nil {
			t.Errorf("the first Poller afterwards: %d, %v", n, err)
		}
	}
	netConn := socknotify.New(w.port(0, func(uintptr) bool { return true }), config)
	defer netConn.Close()
	b, _ := w.Pipe()
	err := netConn.Add(b.Handle(), index(0, 1), 0, backend.Writable, backend.Level)
	if !errors.Is(err, backend.ErrUnsupported) || !strings.Contains(err.Error(), "completion port") || !strings.Contains(err.Error(), "afd") {
		t.Errorf("a socket of package net: %v", err)
	}
}

// Deleted and added again, whether or not anybody waits meanwhile and however late the
// last packet of the old registration is.
func TestAddAgain(t *testing.T) {
	for name, q := range everyQuirk {
		for _, mode := range []backend.Mode{backend.Oneshot, backend.Level, backend.Edge, backend.EdgeOneshot} {
			for _, waiting := range []bool{true, false} {
				synctest.Test(t, func(t *testing.T) {
					var w world
					p, k := w.open(t, q)
					a, b := w.Pipe()
					b.Write([]byte("x"))
					got := make(chan backend.Event, 100)
					stop := make(chan struct{})
					if waiting {
						go func() {
							defer close(stop)
							var last backend.Token
							buf := make([]backend.Event, 4)
							for {
								n, err := p.Wait(buf, time.Second)
								for _, ev := range buf[:n] {
									if ev.Token == index(9, 9) {
										return
									}
									if ev.Token != last { // level mode repeats
										got <- ev
									}
									last = ev.Token
								}
								if err != nil {
									return
								}
							}
						}()
					}
					for g := uint32(1); g <= 5; g++ {
						synctest.Wait()
						if err := p.Add(a.Handle(), index(0, g), 0, backend.Readable, mode); err != nil {
							t.Fatal(name, mode, err)
						}
						if waiting {
							ev := <-got
							for ev.Token.Generation() < g {
								ev = <-got // found before it was deleted
							}
							if ev != (backend.Event{Token: index(0, g), Ready: backend.ReadyReadable}) {
								t.Fatalf("%s, mode %d: got %+v", name, mode, ev)
							}
						}
						if err := p.Delete(a.Handle(), index(0, g)); err != nil {
							t.Fatal(name, mode, err)
						}
					}
					// A source of the test's own ends the loop.
					s := w.NewSource()
					s.SetReadable(true)
					if err := p.Add(s.Handle(), index(9, 9), 0, backend.Readable, backend.Oneshot); err != nil {
						t.Fatal(err)
					}
					if waiting {
						<-stop
					}
					time.Sleep(moment)
					if n := k.Registered(); n > 2 {
						t.Errorf("%s: %d sockets are registered", name, n)
					}
				})
			}
		}
	}
}

// The trial accepts every kernel that does as the manual says, whatever else it does, and
// leaves nothing.
func TestTrialAccepts(t *testing.T) {
	for _, more := range []socknotifytest.Quirk{0, socknotifytest.Overwrite} {
		for name, q := range everyQuirk {
			accepted(t, name, q|more)
		}
	}
}

func accepted(t *testing.T, name string, q socknotifytest.Quirk) {
	synctest.Test(t, func(t *testing.T) {
		var w world
		k := w.port(q, nil)
		var found socknotify.Config
		err := socknotify.Trial(k, w.sample(), &found)
		if err != nil || found != (socknotify.Config{Edge: true, KeepsKey: q&socknotifytest.Overwrite == 0}) {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
		if n := k.Registered(); n != 0 {
			t.Errorf("%s: %d sockets are left", name, n)
		}
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
}

func (w *world) sample() socknotify.Sample {
	a, b := w.Pipe()
	return socknotify.Sample{
		Socket: a.Handle(),
		Send:   func() error { _, err := b.Write([]byte("x")); return err },
		Drain:  func() error { _, err := a.Read(make([]byte, 9)); return err },
	}
}

// twisted is a kernel with something that the manual rules out.
type twisted struct {
	*socknotifytest.Port
	twist func(r *sys.Registration) (res sys.Result, done bool)
}

func (k twisted) Process(regs []sys.Registration) sys.Result {
	if r, done := k.twist(&regs[0]); done {
		regs[0].Result = r
		return sys.Success
	}
	return k.Port.Process(regs)
}

// Each thing that is relied on is tried: a kernel that does otherwise is refused.
func TestTrialRefuses(t *testing.T) {
	enables := 0
	for name, c := range map[string]struct {
		twist func(r *sys.Registration) (sys.Result, bool)
		edge  bool // only edge mode is refused
	}{
		"a removal of nothing succeeds": {twist: func(r *sys.Registration) (sys.Result, bool) {
			return sys.Success, r.Op == sys.Remove && enables == 0
		}},
		"nothing can be enabled": {twist: func(r *sys.Registration) (sys.Result, bool) {
			return 87, r.Op == sys.Enable
		}},
		"enabling does not look": {twist: func(r *sys.Registration) (sys.Result, bool) {
			return sys.Success, r.Op == sys.Enable
		}},
		"it goes on": {twist: func(r *sys.Registration) (sys.Result, bool) {
			if r.Op == sys.Enable {
				r.Trigger = sys.Persistent | sys.Level
			}
			return 0, false
		}},
		"enabling again is lost": {twist: func(r *sys.Registration) (sys.Result, bool) {
			return sys.Success, r.Op == sys.Enable && enables == 2
		}},
		"a removal is lost": {twist: func(r *sys.Registration) (sys.Result, bool) {
			return sys.Success, r.Op == sys.Remove && enables == 2
		}},
		"some other key comes": {twist: func(r *sys.Registration) (sys.Result, bool) {
			if r.Op == sys.Enable {
				r.Key = 77
			}
			return 0, false
		}},
		"the key stays for ever": {twist: func(r *sys.Registration) (sys.Result, bool) {
			if r.Op == sys.Enable {
				r.Key = 1
			}
			return 0, false
		}},
		"edges are not told": {edge: true, twist: func(r *sys.Registration) (sys.Result, bool) {
			if r.Trigger&sys.Edge != 0 {
				r.Trigger = sys.Oneshot | sys.Edge
			}
			return 0, false
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			var w world
			enables = 0
			port := w.port(0, nil)
			k := twisted{port, func(r *sys.Registration) (sys.Result, bool) {
				if r.Op == sys.Enable {
					enables++
				}
				return c.twist(r)
			}}
			var found socknotify.Config
			err := socknotify.Trial(k, w.sample(), &found)
			switch {
			case found.Edge:
				t.Errorf("%s: edge mode is accepted", name)
			case c.edge != (err == nil):
				t.Errorf("%s: %v", name, err)
			case err != nil && (!errors.Is(err, backend.ErrUnsupported) || !strings.Contains(err.Error(), sys.Name)):
				t.Errorf("%s: %v", name, err)
			}
			if err := port.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
