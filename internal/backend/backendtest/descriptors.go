package backendtest

import (
	"errors"
	"os"
	"strconv"

	"github.com/goetia-go/goetia/internal/backend"
)

var descriptorCases = []testCase{
	{
		name:  "bad-descriptor",
		shows: "a number that is no open descriptor is refused with ErrBadDescriptor and does no harm",
		real:  true,
		alone: true, // nobody may open the number that this case has closed
		modes: everyMode,
		run: func(e *env) {
			a, b := e.sockets()
			e.add(a, 1, backend.Readable)
			numbers := map[string]uintptr{
				"never opened":           never(),
				"all ones":               ^uintptr(0),
				"all ones but one":       ^uintptr(1),
				"the highest bit":        1 << (strconv.IntSize - 1),
				"the highest int32":      1<<31 - 1,
				"one above int32":        1 << 31,
				"beyond 32 bits, if any": uintptr(uint64(a.h) | 1<<40),
			}
			if strconv.IntSize == 32 {
				delete(numbers, "beyond 32 bits, if any")
			}
			for what, h := range numbers {
				e.mustBe(e.s.Add(h, 2, backend.Readable, e.mode), "Add of "+what, backend.ErrBadDescriptor)
				e.mustBe(e.s.Modify(h, 2, backend.Readable, e.mode), "Modify of "+what, backend.ErrNotFound)
				e.mustBe(e.s.Delete(h), "Delete of "+what, backend.ErrNotFound)
			}
			c, _ := e.sockets()
			e.must(c.Close(), "closing")
			e.mustBe(e.s.Add(c.h, 2, backend.Readable, e.mode), "Add of a closed socket", backend.ErrBadDescriptor)
			e.mustBe(e.s.Delete(c.h), "Delete of what was refused", backend.ErrNotFound)
			e.silent("after the refusals")
			e.send(b, "x")
			e.expectOnly(1, backend.ReadyReadable, "the good source")
		},
	},
	{
		name:  "file",
		shows: "a regular file is refused with a clear error, or else always readable; the Poller is unharmed",
		real:  true,
		run: func(e *env) {
			a, b := e.sockets()
			e.add(a, 1, backend.Readable)
			path, err := os.Executable()
			e.must(err, "finding a file")
			f, err := os.Open(path)
			e.must(err, "opening a file")
			defer f.Close()
			err = e.s.Add(f.Fd(), 2, backend.Readable, e.mode)
			switch {
			case err == nil && e.f.SocketsOnly:
				e.Fatal("Features say sockets only, and a file was taken")
			case err == nil:
				e.expectOnly(2, backend.ReadyReadable, "a file")
				e.must(e.s.Delete(f.Fd()), "Delete of a file")
			default:
				e.mustBe(err, "Add of a file", backend.ErrBadDescriptor, backend.ErrUnsupported)
				if errors.Is(err, backend.ErrExists) || errors.Is(err, backend.ErrNotFound) {
					e.Errorf("the error for a file says something else too: %v", err)
				}
				e.mustBe(e.s.Delete(f.Fd()), "Delete of a file that was refused", backend.ErrNotFound)
			}
			e.send(b, "x")
			e.expectOnly(1, backend.ReadyReadable, "the good source")
		},
	},
}
