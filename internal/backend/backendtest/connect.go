package backendtest

import (
	"errors"

	"github.com/goetia-go/goetia/internal/backend"
)

var connectCases = []testCase{
	{
		name:  "accept",
		shows: "a listener is readable while a connection waits, and not when all are accepted",
		modes: everyMode,
		real:  true,
		run: func(e *env) {
			l, port := e.listener()
			e.add(l, 1, backend.Readable)
			e.silent("nobody has connected")
			for range 5 {
				c := e.socket()
				if err := sysConnect(c.h, port); err != nil && !errors.Is(err, errInProgress) {
					e.Fatalf("connect: %v", err)
				}
				e.expectOnly(1, backend.ReadyReadable, "somebody has connected")
				s, err := accept(l)
				e.must(err, "accept after readable")
				s.Close()
				if e.mode.IsOneshot() {
					e.modify(l, 1, backend.Readable)
				}
				e.silent("all are accepted")
			}
		},
	},
	{
		name:  "connect",
		shows: "a connection attempt that succeeds is told as writable and nothing else",
		modes: everyMode,
		real:  true,
		run: func(e *env) {
			_, port := e.listener()
			for range 10 {
				c := e.socket()
				if err := sysConnect(c.h, port); err != nil && !errors.Is(err, errInProgress) {
					e.Fatalf("connect: %v", err)
				}
				e.add(c, 1, backend.Writable)
				e.expectOnly(1, backend.ReadyWritable, "connecting to a listener")
				e.must(sysPending(c.h), "SO_ERROR after success")
				e.send(c, "x")
				e.delete(c)
			}
		},
	},
	{
		name:  "connect-both",
		shows: "a connection attempt watched for both directions is told as writable, and as readable only when data is there",
		modes: everyMode,
		real:  true,
		run: func(e *env) {
			l, port := e.listener()
			c := e.socket()
			if err := sysConnect(c.h, port); err != nil && !errors.Is(err, errInProgress) {
				e.Fatalf("connect: %v", err)
			}
			e.add(c, 1, backend.Readable|backend.Writable)
			e.expectOnly(1, backend.ReadyWritable, "connecting to a listener")
			e.must(e.s.Add(l.h, 2, backend.Readable, backend.Oneshot), "Add of the listener")
			e.modify(c, 1, backend.Readable)
			e.expectOnly(2, backend.ReadyReadable, "the connection waits in the listener")
			s, err := accept(l)
			e.must(err, "accept")
			e.Cleanup(func() { s.Close() })
			e.silent("connected, and nothing was sent")
			e.send(s, "x")
			e.expectOnly(1, backend.ReadyReadable, "the server has sent")
		},
	},
	{
		name:  "connect-refused",
		shows: "a refused connection attempt is told as connect-failed, with the conditions asked for, and SO_ERROR is left for the user",
		modes: everyMode,
		real:  true,
		needs: needsReadiness(backend.ReadyConnectFailed),
		run: func(e *env) {
			// A port that is bound and not listened on refuses for certain.
			_, port, err := e.bound(stream)
			e.must(err, "binding a port")
			for _, in := range []backend.Interest{backend.Writable, backend.Readable, backend.Readable | backend.Writable} {
				c := e.socket()
				err := sysConnect(c.h, port)
				if err != nil && !errors.Is(err, errInProgress) {
					if isRefused(err) {
						e.Skip("this system refuses within connect itself")
					}
					e.Fatalf("connect: %v", err)
				}
				e.add(c, 1, in)
				told := e.expect(1, backend.Readiness(in)|backend.ReadyConnectFailed, "connecting to a port without a listener")
				if told&(backend.ReadyError|backend.ReadyHangUp) == 0 && !e.f.ExactConnectFailed {
					e.Fatalf("told %s, want error or hang-up too", readinessNames(told))
				}
				// qemu before version 8 hands SO_ERROR out in the host's numbers.
				if err := sysPending(c.h); !isRefused(err) && (err == nil || !emulated()) {
					e.Fatalf("SO_ERROR holds %v, want connection refused", err)
				}
				e.delete(c)
				e.silent("deleted")
			}
		},
	},
	{
		name:  "unconnected",
		shows: "a stream socket that was never connected is told as Features.ReportsUnconnected says, and is watched once it connects",
		modes: everyMode,
		real:  true,
		run: func(e *env) {
			_, port := e.listener()
			c := e.socket()
			e.add(c, 1, backend.Readable|backend.Writable)
			if e.f.ReportsUnconnected {
				e.expect(1, backend.ReadyHangUp, "never connected")
				e.must(e.s.Modify(c.h, 1, 0, e.mode), "Modify to an empty interest")
			} else {
				e.silent("never connected")
			}
			if err := sysConnect(c.h, port); err != nil && !errors.Is(err, errInProgress) {
				e.Fatalf("connect: %v", err)
			}
			e.modify(c, 2, backend.Writable)
			e.expectOnly(2, backend.ReadyWritable, "connected since")
		},
	},
	{
		name:  "connect-under-watch",
		shows: "an attempt that begins while its socket is registered is reported without another Modify",
		modes: everyMode,
		real:  true,
		needs: func(f backend.Features) string {
			if f.ReportsUnconnected {
				return "the mechanism reports a socket before it is connected, which disarms or repeats"
			}
			return ""
		},
		run: func(e *env) {
			_, port := e.listener()
			c := e.socket()
			e.add(c, 1, backend.Writable)
			e.silent("never connected")
			if err := sysConnect(c.h, port); err != nil && !errors.Is(err, errInProgress) {
				e.Fatalf("connect: %v", err)
			}
			e.expectOnly(1, backend.ReadyWritable, "connected since")
		},
	},
}
