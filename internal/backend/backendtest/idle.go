package backendtest

import (
	"os"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

// emulated says that the tests run on an emulated processor.
func emulated() bool { return os.Getenv("GOETIA_EMULATED") != "" }

// restful waits for a while in which nothing must be reported, and shows that
// next to no processor time goes into it.
func (e *env) restful(doing string) {
	e.Helper()
	const interval = 100 * time.Millisecond
	// The garbage collector, and what earlier cases have left to do, may take their turn now and are
	// done then. What spins spins each time.
	for try := 1; ; try++ {
		before, cpu := e.s.Counters(), processorTime()
		start := time.Now()
		if evs := e.look(interval); len(evs) != 0 {
			e.Fatalf("%s: got %s", doing, eventNames(evs))
		}
		took := time.Since(start)
		used, waits := processorTime()-cpu, e.s.Counters().Waits-before.Waits
		e.Logf("%s: %v of %v processor time, %d waiting calls", doing, used.Round(100*time.Microsecond), took.Round(time.Millisecond), waits)
		if waits > 100 {
			e.Errorf("%s: an idle Wait of %v made %d waiting calls", doing, took, waits)
		}
		// An emulated processor's time is the emulator's, and while simulated sources are
		// examined other simulations run beside. The number of calls, above, is the
		// library's own at any time and on any machine.
		if used <= took/5+10*time.Millisecond || emulated() || e.simulated() {
			return
		}
		if try == 3 {
			e.Errorf("%s: an idle Wait of %v used %v of processor time, as did those before", doing, took, used)
			return
		}
	}
}

var idleCases = []testCase{
	{
		name:  "idle",
		shows: "waiting for sources that do nothing uses no processor time",
		modes: everyMode,
		alone: true,
		run: func(e *env) {
			for i := range uint64(50) {
				a, _ := e.pair()
				e.add(a, i, backend.Readable)
			}
			e.restful("50 idle sources")
		},
	},
	{
		name:  "idle-disarmed",
		shows: "sources that are ready, ended or reset use no processor time while they are disarmed",
		modes: oneshotModes,
		alone: true,
		run: func(e *env) {
			spoil := []func(b Endpoint){
				func(b Endpoint) { e.send(b, "unread") },
				func(b Endpoint) { e.must(b.CloseWrite(), "CloseWrite") },
				func(b Endpoint) { e.send(b, "unread"); e.must(b.Close(), "closing") },
				func(b Endpoint) { e.must(b.Reset(), "Reset") },
			}
			for i, f := range spoil {
				a, b := e.pair()
				e.add(a, uint64(i), backend.Readable)
				f(b)
				e.expect(uint64(i), backend.ReadyReadable, "armed")
				// And one that becomes so after it was disarmed.
				c, d := e.pair()
				e.add(c, uint64(100+i), backend.Writable)
				e.expect(uint64(100+i), backend.ReadyWritable, "armed")
				f(d)
			}
			e.silent("all are disarmed")
			e.restful("disarmed sources that are ready")
		},
	},
	{
		name:  "idle-uninterested",
		shows: "sources that are ready, ended or reset use no processor time while nothing is asked of them",
		modes: everyMode,
		alone: true,
		run: func(e *env) {
			for i := range uint64(3) {
				a, b := e.pair()
				e.add(a, i, 0)
				c, d := e.pair()
				e.add(c, 100+i, backend.Priority&e.f.Interests)
				switch i {
				case 0:
					e.send(b, "unread")
					e.send(d, "unread")
				case 1:
					e.must(b.CloseWrite(), "CloseWrite")
					e.must(d.CloseWrite(), "CloseWrite")
				case 2:
					e.must(b.Reset(), "Reset")
				}
			}
			e.silent("nothing was asked for")
			e.restful("sources that nothing is asked of")
		},
	},
}
