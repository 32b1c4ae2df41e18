package backendtest

import (
	"math"

	"github.com/goetia-go/goetia/internal/backend"
)

var registrationCases = []testCase{
	{
		name:  "add-twice",
		shows: "a second Add is refused with ErrExists, and the first registration stands as it was",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.add(a, 1, backend.Readable)
			e.mustBe(e.s.Add(a.Handle(), 2, backend.Writable, e.mode), "second Add", backend.ErrExists)
			e.silent("after a refused Add that asked for writable")
			e.send(b, "x")
			e.expectOnly(1, backend.ReadyReadable, "after data arrived")
		},
	},
	{
		name:  "unknown",
		shows: "Modify and Delete of a source that is not registered fail with ErrNotFound",
		run: func(e *env) {
			a, _ := e.pair()
			e.mustBe(e.s.Modify(a.Handle(), 1, backend.Readable, e.mode), "Modify before Add", backend.ErrNotFound)
			e.mustBe(e.s.Delete(a.Handle()), "Delete before Add", backend.ErrNotFound)
			e.add(a, 1, backend.Readable)
			e.delete(a)
			e.mustBe(e.s.Delete(a.Handle()), "second Delete", backend.ErrNotFound)
			e.mustBe(e.s.Modify(a.Handle(), 1, backend.Readable, e.mode), "Modify after Delete", backend.ErrNotFound)
		},
	},
	{
		name:  "add-again",
		shows: "a deleted source can be added again, and only the new key is reported",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.send(b, "x")
			for key := uint64(1); key <= 50; key++ {
				e.add(a, key, backend.Readable)
				e.expectOnly(key, backend.ReadyReadable, "after Add")
				e.delete(a)
			}
			e.silent("after the last Delete")
		},
	},
	{
		name:  "delete-silences",
		shows: "a deleted source is not reported, though it is ready and was found ready before",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.send(b, "x")
			e.add(a, 1, backend.Readable)
			e.delete(a)
			e.silent("ready before Add, deleted before Wait")
			e.add(a, 2, backend.Readable)
			e.expect(2, backend.ReadyReadable, "after Add")
			e.delete(a)
			e.send(b, "y")
			e.silent("after Delete")
		},
	},
	{
		name:  "keys",
		shows: "a key is any 64-bit number and comes back as it was given",
		run: func(e *env) {
			a, b := e.pair()
			e.send(b, "x")
			for _, key := range []uint64{0, 1, math.MaxUint32, math.MaxUint32 + 1, 1 << 63, math.MaxUint64 - 1, math.MaxUint64} {
				e.add(a, key, backend.Readable)
				e.expectOnly(key, backend.ReadyReadable, "after Add")
				e.delete(a)
			}
		},
	},
	{
		name:  "modify-key",
		shows: "after Modify events come under the new key only",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.add(a, 1, backend.Readable)
			e.modify(a, 2, backend.Readable)
			e.send(b, "x")
			e.expectOnly(2, backend.ReadyReadable, "after Modify to key 2")
			e.modify(a, 3, backend.Readable)
			e.expectOnly(3, backend.ReadyReadable, "after Modify to key 3")
		},
	},
	{
		name:  "modify-interest",
		shows: "Modify replaces the interest: what is asked for no longer is not reported, what is asked for now is",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.send(b, "x")
			e.settle(a, 1)
			for range 20 {
				e.modify(a, 1, backend.Writable)
				e.expectOnly(1, backend.ReadyWritable, "after Modify to writable")
				e.modify(a, 1, backend.Readable)
				e.expectOnly(1, backend.ReadyReadable, "after Modify to readable")
				e.modify(a, 1, backend.Readable|backend.Writable)
				e.expectOnly(1, backend.ReadyReadable|backend.ReadyWritable, "after Modify to both")
			}
		},
	},
	{
		name:  "empty-interest",
		shows: "a registration with an empty interest is silent about data, end of stream and hang-up alike, and can be woken by Modify",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.add(a, 1, 0)
			e.silent("nothing has happened")
			e.send(b, "x")
			e.silent("data has arrived")
			e.must(b.CloseWrite(), "CloseWrite")
			e.silent("the stream has ended")
			e.modify(a, 1, backend.Readable)
			e.expect(1, backend.ReadyReadable, "after Modify to readable")
			e.modify(a, 1, 0)
			e.silent("after Modify to an empty interest")
			c, d := e.pair()
			e.add(c, 2, 0)
			e.must(d.Reset(), "Reset")
			e.silent("the connection was reset")
			e.delete(c)
			e.delete(a)
		},
	},
	{
		name:  "unsupported-mode",
		shows: "a mode that Features do not list is refused by Add and Modify with ErrUnsupported, and the registration stands",
		needs: func(f backend.Features) string {
			if f.Modes == backend.Modes(everyMode...) {
				return "the mechanism has every mode"
			}
			return ""
		},
		run: func(e *env) {
			a, b := e.pair()
			for _, m := range everyMode {
				if e.f.Supports(m) {
					continue
				}
				e.mustBe(e.s.Add(a.Handle(), 1, backend.Readable, m), "Add in "+modeName(m)+" mode", backend.ErrUnsupported)
				e.mustBe(e.s.Delete(a.Handle()), "Delete after the refused Add", backend.ErrNotFound)
				e.add(a, 1, backend.Readable)
				e.mustBe(e.s.Modify(a.Handle(), 2, backend.Readable, m), "Modify to "+modeName(m)+" mode", backend.ErrUnsupported)
				e.send(b, "x")
				e.expectOnly(1, backend.ReadyReadable, "after the refused Modify")
				e.delete(a)
			}
		},
	},
	{
		name:  "unsupported-interest",
		shows: "an interest that Features do not list is refused by Add and Modify with ErrUnsupported, and the registration stands",
		needs: func(f backend.Features) string {
			if f.Interests == backend.AllInterests {
				return "the mechanism can be asked for every interest"
			}
			return ""
		},
		run: func(e *env) {
			a, b := e.pair()
			bad := backend.AllInterests &^ e.f.Interests
			e.mustBe(e.s.Add(a.Handle(), 1, bad|backend.Readable, e.mode), "Add", backend.ErrUnsupported)
			e.mustBe(e.s.Delete(a.Handle()), "Delete after the refused Add", backend.ErrNotFound)
			e.add(a, 1, backend.Readable)
			e.mustBe(e.s.Modify(a.Handle(), 2, bad, e.mode), "Modify", backend.ErrUnsupported)
			e.send(b, "x")
			e.expectOnly(1, backend.ReadyReadable, "after the refused Modify")
		},
	},
}
