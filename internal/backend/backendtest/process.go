package backendtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

var processCases = []testCase{
	{
		name:  "two-pollers",
		shows: "two Pollers watch one source and both report it; what one does with it does not touch the other",
		modes: everyMode,
		needs: needsShared,
		run: func(e *env) {
			a, b := e.pair()
			other := e.another()
			for range 20 {
				e.add(a, 1, backend.Readable)
				other.add(a, 2, backend.Readable)
				e.silent("idle")
				other.silent("idle")
				e.send(b, "x")
				e.expectOnly(1, backend.ReadyReadable, "the first Poller")
				other.expectOnly(2, backend.ReadyReadable, "the second Poller")
				e.delete(a)
				other.modify(a, 3, backend.Readable)
				other.expectOnly(3, backend.ReadyReadable, "the second, after the first has deleted")
				e.drain(a)
				other.delete(a)
			}
		},
	},
	{
		name:  "one-poller",
		shows: "while a source is in one Poller, another refuses it with ErrUnsupported and touches nothing; once it is deleted the other takes it",
		modes: everyMode,
		needs: func(f backend.Features) string {
			if !f.Exclusive {
				return "several Pollers can watch a source (Features.Exclusive)"
			}
			return ""
		},
		run: func(e *env) {
			a, b := e.pair()
			other := e.another()
			for range 20 {
				e.add(a, 1, backend.Readable)
				e.mustBe(other.s.Add(a.Handle(), 2, backend.Readable, e.mode), "Add to the second Poller", backend.ErrUnsupported)
				e.mustBe(other.s.Delete(a.Handle()), "Delete from the second Poller", backend.ErrNotFound)
				e.send(b, "x")
				e.expectOnly(1, backend.ReadyReadable, "the first Poller")
				e.drain(a)
				e.delete(a)
				e.silent("deleted: the kernel is done with it")
				other.add(a, 3, backend.Readable)
				e.send(b, "y")
				other.expectOnly(3, backend.ReadyReadable, "the second Poller, after the first has deleted")
				e.drain(a)
				other.delete(a)
				other.silent("deleted: the kernel is done with it")
			}
		},
	},
	{
		name:  "two-processes",
		shows: "two processes wait on one listener: both rest while nobody connects, and every connection is accepted by one of them",
		modes: everyMode,
		needs: needsShared,
		real:  true,
		alone: true,
		run: func(e *env) {
			if os.Getenv(childEnv) != "" {
				e.child()
				return
			}
			e.parent()
		},
	},
}

func needsShared(f backend.Features) string {
	if f.Exclusive {
		return "only one Poller can watch a source (Features.Exclusive)"
	}
	return ""
}

// childEnv holds the number of the shared listener in the child, which is this
// test binary running this very case once more.
const childEnv = "GOETIA_BACKENDTEST_LISTENER"

// childPrefix marks the child's answers among the testing package's output.
const childPrefix = "goetia-child "

const connections = 40

// childPatience is how long an answer by the other process is waited for, or an order by the parent:
// it takes a while to start, on an emulated processor or under Wine.
const childPatience = 3 * patience

func (e *env) parent() {
	l, port := e.listener()
	e.add(l, 1, backend.Readable)
	e.silent("nobody has connected")

	child := e.startChild(l)
	child.expect("watching")
	e.restful("a listener shared with another process, in the parent")
	child.order("rest")
	child.expect("rested")

	child.order("accept")
	accepted := 0
	for range connections {
		c, err := newSocket(stream)
		e.must(err, "making a socket")
		e.Cleanup(func() { c.Close() })
		if err := sysConnect(c.h, port); err != nil && !errors.Is(err, errInProgress) {
			e.Fatalf("connect: %v", err)
		}
	}
	// Accept what is there until the other process has met the last one too.
	for deadline := time.Now().Add(patience); ; {
		accepted += e.acceptAll(l, 10*time.Millisecond)
		n := child.count()
		if n+accepted == connections {
			break
		}
		if time.Now().After(deadline) {
			e.Fatalf("of %d connections the parent accepted %d and the child %d", connections, accepted, n)
		}
	}
	child.order("end")
	child.end()
	e.Logf("of %d connections the parent accepted %d", connections, accepted)
}

// acceptAll takes what connects within a while.
func (e *env) acceptAll(l *socket, timeout time.Duration) (n int) {
	e.Helper()
	if len(e.look(timeout)) == 0 {
		return 0
	}
	for {
		s, err := accept(l)
		if err != nil {
			// The other process may have been quicker.
			if !errors.Is(err, ErrWouldBlock) {
				e.Fatalf("accept: %v", err)
			}
			break
		}
		s.Close()
		n++
	}
	if e.mode.IsOneshot() {
		e.modify(l, 1, backend.Readable)
	}
	return n
}

// child is the other process.
func (e *env) child() {
	h, err := strconv.ParseUint(os.Getenv(childEnv), 10, 64)
	e.must(err, "the listener's number")
	l := &socket{h: uintptr(h)}
	tell := func(format string, args ...any) { fmt.Printf("\n"+childPrefix+format+"\n", args...) }
	if !e.addForeign(l, 1, backend.Readable) {
		tell("unknown")
		return
	}
	e.silent("nobody has connected")
	tell("watching")
	in := bufio.NewScanner(os.Stdin)
	orders := make(chan string)
	go func() {
		defer close(orders)
		for in.Scan() {
			orders <- in.Text()
		}
	}()
	if o := receiveWithin(e, childPatience, orders, "the first order"); o != "rest" {
		e.Fatalf("ordered to %q", o)
	}
	e.restful("a listener shared with another process, in the child")
	tell("rested")
	if o := receiveWithin(e, childPatience, orders, "the second order"); o != "accept" {
		e.Fatalf("ordered to %q", o)
	}
	total := 0
	for {
		select {
		case <-orders: // "end", or the parent is gone
			for range orders {
			}
			return
		default:
			if n := e.acceptAll(l, 10*time.Millisecond); n > 0 {
				total += n
				tell("accepted %d", total)
			}
		}
	}
}

// childProcess is the child as the parent sees it.
type childProcess struct {
	e        *env
	process  *os.Process
	in       *os.File
	lines    chan string
	output   []string
	accepted int
}

func (e *env) startChild(l *socket) *childProcess {
	e.Helper()
	var parts []string
	for part := range strings.SplitSeq(e.Name(), "/") {
		parts = append(parts, "^"+regexp.QuoteMeta(part)+"$")
	}
	path, err := os.Executable()
	e.must(err, "finding the test binary")
	inRead, inWrite, err := os.Pipe()
	e.must(err, "making a pipe")
	outRead, outWrite, err := os.Pipe()
	e.must(err, "making a pipe")
	attr := &os.ProcAttr{Files: []*os.File{inRead, outWrite, outWrite}}
	h, release, err := shareWith(attr, l)
	e.must(err, "sharing the listener")
	attr.Env = append(os.Environ(), childEnv+"="+strconv.FormatUint(uint64(h), 10))
	process, err := os.StartProcess(path, []string{path, "-test.run=" + strings.Join(parts, "/"), "-test.timeout=3m"}, attr)
	release()
	inRead.Close()
	outWrite.Close()
	if err != nil {
		inWrite.Close()
		outRead.Close()
		e.Fatalf("starting the other process: %v", err)
	}
	c := &childProcess{e: e, process: process, in: inWrite, lines: make(chan string, 1000)}
	go func() {
		defer close(c.lines)
		defer outRead.Close()
		r := bufio.NewReader(outRead)
		for {
			line, err := r.ReadString('\n')
			if line = strings.TrimSpace(line); line != "" {
				c.lines <- line
			}
			if err != nil {
				return
			}
		}
	}()
	e.Cleanup(func() {
		c.in.Close()
		if c.process != nil {
			c.process.Kill()
			c.process.Wait()
		}
		for range c.lines {
		}
	})
	return c
}

func (c *childProcess) order(what string) {
	c.e.Helper()
	_, err := io.WriteString(c.in, what+"\n")
	c.e.must(err, "giving the other process an order")
}

// expect waits for an answer.
func (c *childProcess) expect(what string) {
	c.e.Helper()
	for {
		line := receiveWithin(c.e, childPatience, c.lines, "the other process is to say "+what)
		c.output = append(c.output, line)
		switch line {
		case childPrefix + what:
			return
		case childPrefix + "unknown":
			c.e.Skip(foreignUnknown)
		}
		if line == "" {
			c.e.Fatalf("the other process ended without saying %q:\n%s", what, strings.Join(c.output, "\n"))
		}
	}
}

// count is how many connections the child has accepted so far.
func (c *childProcess) count() int {
	c.e.Helper()
	for {
		select {
		case line := <-c.lines:
			if line == "" {
				c.e.Fatalf("the other process ended early:\n%s", strings.Join(c.output, "\n"))
			}
			c.output = append(c.output, line)
			if n, ok := strings.CutPrefix(line, childPrefix+"accepted "); ok {
				c.accepted, _ = strconv.Atoi(n)
			}
		default:
			return c.accepted
		}
	}
}

// end waits for the child, whose own checks must have passed.
func (c *childProcess) end() {
	c.e.Helper()
	c.in.Close()
	state, err := c.process.Wait()
	c.process = nil
	c.e.must(err, "waiting for the other process")
	for line := range c.lines {
		c.output = append(c.output, line)
	}
	if !state.Success() {
		c.e.Fatalf("the other process failed (%v):\n%s", state, strings.Join(c.output, "\n"))
	}
}
