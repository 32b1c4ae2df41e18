package backendtest

import "github.com/goetia-go/goetia/internal/backend"

var modeCases = []testCase{
	{
		name:  "ready-before-add",
		shows: "a source that is ready when it is added is reported",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.send(b, "x")
			e.add(a, 1, backend.Readable)
			e.expectOnly(1, backend.ReadyReadable, "data was there before Add")
			c, _ := e.pair()
			e.delete(a)
			e.add(c, 2, backend.Writable)
			e.expectOnly(2, backend.ReadyWritable, "there was room before Add")
		},
	},
	{
		name:  "ready-before-modify",
		shows: "Modify looks afresh: what is still ready is reported again, in every mode and as often as one asks",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.send(b, "x")
			e.add(a, 1, backend.Readable)
			for range 200 {
				e.expectOnly(1, backend.ReadyReadable, "data was not read")
				e.modify(a, 1, backend.Readable)
			}
		},
	},
	{
		name:  "zero-timeout-sees",
		shows: "a Wait that does not wait reports what was ready when it was armed",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.send(b, "x")
			e.settle(a, 1)
			// A Wait may have slept until it came, and epoll that somebody sleeps on can be
			// asked by a thread of the runtime at this moment, and have nothing for anybody else
			// (seen on Linux 6.1). This one need not sleep.
			e.modify(a, 1, backend.Readable)
			e.expectOnly(1, backend.ReadyReadable, "known to be readable")
			e.modify(a, 1, 0)
			for range 50 {
				e.modify(a, 1, backend.Readable)
				evs := e.look(0)
				if len(evs) != 1 || evs[0].Token != 1 || evs[0].Ready != backend.ReadyReadable {
					e.Fatalf("Wait(0) after Modify of a source known to be readable: got %s", eventNames(evs))
				}
				e.modify(a, 1, 0)
			}
		},
	},
	{
		name:  "oneshot-once",
		shows: "one event disarms: neither the old condition nor new data nor the end of the stream nor a reset is reported until Modify",
		modes: oneshotModes,
		run: func(e *env) {
			a, b := e.pair()
			e.add(a, 1, backend.Readable|backend.Writable)
			e.expectOnly(1, backend.ReadyWritable, "after Add")
			e.silent("disarmed")
			e.send(b, "x")
			e.silent("disarmed, and data has arrived")
			e.modify(a, 1, backend.Readable)
			e.expectOnly(1, backend.ReadyReadable, "armed again")
			e.send(b, "y")
			e.silent("disarmed, and more data has arrived")
			e.receive(a, 2)
			e.must(b.Reset(), "Reset")
			e.silent("disarmed, and the connection was reset")
			e.modify(a, 1, backend.Readable)
			e.expect(1, backend.ReadyReadable, "armed again after the reset")
			e.silent("disarmed once more")
		},
	},
	{
		name:  "oneshot-armed-waits",
		shows: "arming a source that is not ready reports nothing until it is, and then once",
		modes: oneshotModes,
		run: func(e *env) {
			a, b := e.pair()
			e.add(a, 1, backend.Readable)
			for range 50 {
				if n := len(e.look(0)); n != 0 {
					e.Fatalf("an idle source was reported")
				}
				e.send(b, "x")
				e.expectOnly(1, backend.ReadyReadable, "after data")
				if n, _ := e.drain(a); n != 1 {
					e.Fatalf("read %d bytes, want 1", n)
				}
				e.modify(a, 1, backend.Readable)
			}
			e.silent("all was read")
		},
	},
	{
		name:  "level-repeats",
		shows: "every Wait reports a source that is still ready, and none one that no longer is",
		modes: []backend.Mode{backend.Level},
		run: func(e *env) {
			a, b := e.pair()
			e.add(a, 1, backend.Readable)
			e.silent("nothing to read yet")
			for round := range 10 {
				e.send(b, "xyz")
				for range 10 {
					e.expectOnly(1, backend.ReadyReadable, "data was not read")
				}
				var one [1]byte
				if n, err := a.Read(one[:]); n != 1 {
					e.Fatalf("round %d: read %d bytes, %v", round, n, err)
				}
				e.expectOnly(1, backend.ReadyReadable, "two bytes are left")
				e.drain(a)
				e.silent("all was read")
			}
			e.modify(a, 1, backend.Writable)
			for range 10 {
				e.expectOnly(1, backend.ReadyWritable, "there is room")
			}
		},
	},
	{
		name:  "edge-silent",
		shows: "without new activity a reported source is not reported again",
		modes: []backend.Mode{backend.Edge},
		run: func(e *env) {
			a, b := e.pair()
			e.send(b, "x")
			e.settle(a, 1)
			e.modify(a, 1, backend.Readable)
			e.expectOnly(1, backend.ReadyReadable, "after Modify")
			e.silent("no activity, data unread")
			e.drain(a)
			e.silent("no activity, data read")
		},
	},
	{
		name:  "edge-again",
		shows: "a source that was drained is reported again when more arrives, without Modify",
		modes: []backend.Mode{backend.Edge},
		run: func(e *env) {
			a, b := e.pair()
			e.add(a, 1, backend.Readable)
			for range 100 {
				e.send(b, "x")
				e.expectOnly(1, backend.ReadyReadable, "after data")
				if n, _ := e.drain(a); n != 1 {
					e.Fatalf("read %d bytes, want 1", n)
				}
			}
			e.silent("all was read")
		},
	},
	{
		name:  "edge-writable",
		shows: "a source that was filled is reported when there is room again",
		modes: edgeModes,
		run: func(e *env) {
			a, b := e.pair()
			e.add(a, 1, backend.Writable)
			e.expectOnly(1, backend.ReadyWritable, "after Add")
			n := e.fill(a)
			if e.mode.IsOneshot() {
				e.modify(a, 1, backend.Writable)
			}
			n += e.full(a, 1, backend.Writable)
			e.receive(b, n)
			e.expectOnly(1, backend.ReadyWritable, "the peer has read everything")
		},
	},
	{
		name:  "switch",
		shows: "Modify changes the mode of a registration: each follows its own rule from then on",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.send(b, "x")
			e.settle(a, 1)
			for _, first := range everyMode {
				if !e.f.Supports(first) {
					continue
				}
				e.must(e.s.Modify(a.Handle(), 1, backend.Readable, first), "Modify")
				e.expectOnly(1, backend.ReadyReadable, "in "+modeName(first)+" mode")
				e.modify(a, 1, backend.Readable)
				e.expectOnly(1, backend.ReadyReadable, "in "+modeName(e.mode)+" mode")
				if e.mode == backend.Level {
					e.expectOnly(1, backend.ReadyReadable, "repeated in level mode")
				} else {
					e.silent("reported already")
				}
			}
		},
	},
	{
		name:  "merged",
		shows: "several conditions of one source come as one event",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.send(b, "x")
			e.settle(a, 1)
			for range 20 {
				e.modify(a, 1, backend.Readable|backend.Writable)
				e.expectOnly(1, backend.ReadyReadable|backend.ReadyWritable, "both hold")
			}
			e.modify(a, 1, 0)
			e.silent("after Modify to an empty interest")
		},
	},
	{
		name:  "full-then-room",
		shows: "writable is not reported while a write would block, and is once the peer has read",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			n := e.fill(a)
			e.add(a, 1, backend.Writable)
			n += e.full(a, 1, backend.Writable)
			e.receive(b, n)
			e.expectOnly(1, backend.ReadyWritable, "the peer has read everything")
		},
	},
}
