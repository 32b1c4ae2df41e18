package goetia

import (
	"bytes"
	"runtime/trace"
	"testing"
	"time"
)

// TestSteadyStateAllocations: what a program does all the time takes nothing from the heap.
func TestSteadyStateAllocations(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	for name, inlined := range map[string]bool{"callback": false, "inline": true} {
		t.Run(name, func(t *testing.T) {
			r := manual(t)
			a, b := tcp(t)
			s := check[*Source](t)(r.RegisterConn(a))
			defer s.Close()
			c := newFired()
			after := s.AfterReadable
			if inlined {
				after = func(f func(Readiness)) (*Watch, error) { return s.Inline(Readable, f) }
			}
			call := c.call
			w := check[*Watch](t)(after(call))
			write(t, b, "x")
			check[int](t)(r.Turn(-1))
			<-c
			rearm := func() {
				if err := w.Rearm(); err != nil {
					t.Fatal(err)
				}
			}
			none(t, "rearm, turn and fire", func() {
				rearm()
				if n, err := r.Turn(-1); n != 1 || err != nil {
					t.Fatal(n, err)
				}
				<-c
			})
			none(t, "rearm and stop", func() {
				rearm()
				w.Stop()
			})
			rearm()
			w.SetTimeout(time.Hour)
			none(t, "put a deadline off", func() { w.SetTimeout(time.Hour) })
			w.Stop()
			timer := r.AfterFunc(time.Hour, func() {})
			none(t, "reset a timer", func() { timer.Reset(time.Hour) })
		})
	}
}

func none(t *testing.T, what string, f func()) {
	t.Helper()
	for range 100 { // pools and buffers fill
		f()
	}
	if n := testing.AllocsPerRun(1000, f); n > 0 {
		t.Errorf("%s: %v allocations", what, n)
	}
}

// TestTraceRegions: a trace shows callbacks and timers by their names.
func TestTraceRegions(t *testing.T) {
	if trace.IsEnabled() {
		t.Skip("the tests are being traced")
	}
	var out bytes.Buffer
	if err := trace.Start(&out); err != nil {
		t.Fatal(err)
	}
	r := open(t)
	a, b := tcp(t)
	c, done := newFired(), make(chan struct{})
	check[*Watch](t)(r.AfterReadable(a, c.call))
	write(t, b, "x")
	c.wait(t)
	r.AfterFunc(0, func() { close(done) })
	<-done
	eventually(t, func() bool { st := r.Stats(); return st.Running == 0 })
	trace.Stop()
	for _, name := range []string{"goetia.callback", "goetia.timer"} {
		if !bytes.Contains(out.Bytes(), []byte(name)) {
			t.Errorf("no region is named %s", name)
		}
	}
}
