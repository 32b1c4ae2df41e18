package backendtest

import (
	"errors"
	"io"
	"runtime"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

// inAsked are the conditions that come with Readable alone asked for.
const readSide = backend.ReadyReadable | backend.ReadyReadClosed

var readinessCases = []testCase{
	{
		name:  "end-of-stream",
		shows: "the peer's end of stream is told as readable and read-closed, and nothing worse",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.add(a, 1, backend.Readable)
			e.must(b.CloseWrite(), "CloseWrite")
			told := e.reach(a, 1, backend.Readable, readSide, "after the peer's end of stream")
			if told != readSide {
				e.Fatalf("told %s, want %s", readinessNames(told), readinessNames(readSide))
			}
			if _, ended := e.drain(a); !ended {
				e.Fatal("reported read-closed, and a read would block")
			}
		},
	},
	{
		name:  "end-of-stream-unasked",
		shows: "read-closed is told only to those who asked for readable",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.must(b.CloseWrite(), "CloseWrite")
			e.settle(a, 1)
			for range 5 {
				e.modify(a, 1, backend.Writable)
				e.expectOnly(1, backend.ReadyWritable, "asked for writable")
			}
		},
	},
	{
		name:  "half-close",
		shows: "after the peer's end of stream one can still write, be told so, and the peer reads it",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.add(a, 1, backend.Readable|backend.Writable)
			e.must(b.CloseWrite(), "CloseWrite")
			e.reach(a, 1, backend.Readable|backend.Writable, readSide|backend.ReadyWritable, "half closed")
			e.send(a, "answer")
			e.must(e.s.Add(b.Handle(), 2, backend.Readable, backend.Oneshot), "Add of the peer")
			e.modify(a, 1, 0)
			e.expect(2, backend.ReadyReadable, "the peer waits for the answer")
			if n, _ := e.drain(b); n != len("answer") {
				e.Fatalf("the peer read %d bytes", n)
			}
		},
	},
	{
		name:  "both-closed",
		shows: "when both directions have ended reads and writes do not block, and that is told",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.must(a.CloseWrite(), "CloseWrite")
			e.must(b.CloseWrite(), "CloseWrite of the peer")
			e.add(a, 1, backend.Readable)
			e.reach(a, 1, backend.Readable, readSide, "both directions have ended")
		},
	},
	{
		name:  "reset",
		shows: "a reset is told as hang-up or error, with the conditions asked for, whatever was asked",
		modes: everyMode,
		run: func(e *env) {
			for _, in := range []backend.Interest{backend.Readable, backend.Writable, backend.Readable | backend.Writable} {
				a, b := e.pair()
				if in&backend.Writable != 0 {
					e.fill(a)
				}
				e.add(a, 1, in)
				if in&backend.Writable != 0 {
					e.full(a, 1, in)
				} else {
					e.silent("nothing has happened")
				}
				e.must(b.Reset(), "Reset")
				told := e.expect(1, 0, "after a reset")
				for deadline := time.Now().Add(patience); told == backend.ReadyWritable && time.Now().Before(deadline); {
					// The last of what was written has made room before the reset came.
					if e.mode != backend.Level {
						e.modify(a, 1, in)
					}
					told = e.expect(1, 0, "after room and a reset")
				}
				if told&backend.Readiness(in) != backend.Readiness(in) {
					e.Fatalf("told %s, want at least %s", readinessNames(told), readinessNames(backend.Readiness(in)))
				}
				if told&(backend.ReadyHangUp|backend.ReadyError) == 0 {
					e.Fatalf("told %s, want hang-up or error", readinessNames(told))
				}
				if extra := told & (backend.ReadyReadable | backend.ReadyWritable) &^ backend.Readiness(in); extra != 0 {
					e.Fatalf("told %s, which was not asked for", readinessNames(extra))
				}
				var buf [1]byte
				if _, err := a.Read(buf[:]); err == nil || errors.Is(err, io.EOF) || errors.Is(err, ErrWouldBlock) {
					e.Fatalf("a read after the reset returned %v", err)
				}
				e.delete(a)
				e.silent("deleted")
			}
		},
	},
	{
		name:  "unread-then-closed",
		shows: "data that the peer sent before it closed is all read; the events on the way are bounded, and none come after Delete",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			sent := 0
			chunk := make([]byte, 4096)
			for sent < 64<<10 {
				n, err := b.Write(chunk)
				if errors.Is(err, ErrWouldBlock) {
					break
				}
				e.must(err, "writing")
				sent += n
			}
			e.add(a, 1, backend.Readable)
			e.must(b.Close(), "closing the peer")
			read, events := 0, 0
			for ended := false; !ended; events++ {
				if events > sent {
					e.Fatalf("%d events for %d bytes", events, sent)
				}
				e.expect(1, backend.ReadyReadable, "data or the end is there")
				n, err := a.Read(chunk[:1024])
				read += n
				switch {
				case errors.Is(err, io.EOF):
					ended = true
				case err != nil && !errors.Is(err, ErrWouldBlock):
					e.Fatalf("reading: %v", err)
				case e.mode != backend.Level:
					e.modify(a, 1, backend.Readable)
				}
			}
			if read != sent {
				e.Fatalf("read %d bytes, and the peer had sent %d", read, sent)
			}
			e.delete(a)
			e.silent("deleted")
		},
	},
	{
		name:  "urgent",
		shows: "out-of-band data is told as priority to those who asked, and not to others",
		modes: everyMode,
		real:  true,
		needs: needsInterest(backend.Priority),
		run: func(e *env) {
			a, b := e.sockets()
			c, d := e.sockets()
			e.add(a, 1, backend.Priority)
			e.add(c, 2, backend.Readable)
			e.silent("nothing was sent")
			for _, s := range []*socket{b, d} {
				if _, err := sysSend(s.h, []byte("!"), true); err != nil {
					e.Fatalf("sending out-of-band data: %v", err)
				}
			}
			e.expectOnly(1, backend.ReadyPriority, "out-of-band data was sent")
			var buf [1]byte
			if n, err := sysReceive(a.h, buf[:], true); n != 1 || buf[0] != '!' {
				e.Fatalf("receiving out-of-band data: %d, %v", n, err)
			}
			e.delete(a)
			for _, ev := range e.beforeFence() {
				if ev.Ready&backend.ReadyPriority != 0 {
					e.Fatalf("got %s, which was not asked for", eventNames([]backend.Event{ev}))
				}
			}
		},
	},
	{
		name:  "datagram",
		shows: "a datagram socket is writable at once, readable when a datagram is there, and not when all are read",
		modes: everyMode,
		real:  true,
		run: func(e *env) {
			a, b, err := datagramPair()
			e.must(err, "making datagram sockets")
			e.Cleanup(func() { a.Close(); b.Close() })
			e.add(a, 1, backend.Writable)
			e.expectOnly(1, backend.ReadyWritable, "after Add")
			e.modify(a, 1, backend.Readable)
			e.silent("nothing was sent")
			for range 3 {
				e.send(b, "datagram")
				e.expectOnly(1, backend.ReadyReadable, "a datagram was sent")
				e.drain(a)
				if e.mode.IsOneshot() {
					e.modify(a, 1, backend.Readable)
				}
				e.silent("all were read")
			}
		},
	},
	{
		name:  "pipe",
		shows: "a pipe is readable when something was written, writable when there is room, and tells that the other end was closed",
		modes: everyMode,
		real:  true,
		needs: func(f backend.Features) string {
			if f.SocketsOnly {
				return "the mechanism takes sockets only"
			}
			return ""
		},
		run: func(e *env) {
			r, w, err := pipe()
			e.must(err, "making a pipe")
			e.Cleanup(func() { r.Close(); w.Close() })
			e.add(r, 1, backend.Readable)
			e.silent("nothing was written")
			e.send(w, "x")
			e.expectOnly(1, backend.ReadyReadable, "something was written")
			e.drain(r)
			e.modify(r, 1, backend.Readable)
			e.add(w, 2, backend.Writable)
			e.expectOnly(2, backend.ReadyWritable, "there is room")
			e.delete(w)
			e.must(w.Close(), "closing the writing end")
			e.expect(1, backend.ReadyReadable|backend.ReadyReadClosed, "the writing end was closed")
		},
	},
	{
		name:  "local-sockets",
		shows: "AF_UNIX sockets report as TCP does",
		modes: everyMode,
		real:  true,
		needs: func(backend.Features) string {
			if runtime.GOOS == "windows" {
				return "package syscall makes no pair of AF_UNIX sockets on Windows"
			}
			return ""
		},
		run: func(e *env) {
			a, b, err := localPair()
			e.must(err, "making AF_UNIX sockets")
			e.Cleanup(func() { a.Close(); b.Close() })
			e.add(a, 1, backend.Readable|backend.Writable)
			e.expectOnly(1, backend.ReadyWritable, "after Add")
			e.send(b, "x")
			e.modify(a, 1, backend.Readable)
			e.expectOnly(1, backend.ReadyReadable, "after data")
			e.drain(a)
			e.modify(a, 1, backend.Readable)
			e.must(b.Close(), "closing the peer")
			e.reach(a, 1, backend.Readable, readSide, "after the peer was closed")
		},
	},
}
