package main

import (
	"bytes"
	"io"
	"os"
	"time"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/examples/internal/task"
	"github.com/goetia-go/goetia/future"
)

// program is the task of one program: it starts it, hands on its lines, waits for it and
// starts it again.
type program struct {
	s     *supervisor
	name  string
	words []string

	// child is what runs, if anything does.
	child   *aio.Process
	began   time.Time
	streams []*task.Input
	end     future.Future[future.Result[*os.ProcessState]]
	// rest is before the next start, and pause how long it is.
	rest  future.Future[time.Time]
	pause time.Duration

	// stop is woken when there is to be no next one.
	stop  future.Slot
	grace future.Future[time.Time]
}

// Poll implements future.Future.
func (p *program) Poll(cx *future.Context) (struct{}, bool) {
	for {
		p.stop.Register(cx.Waker())
		stopping := p.s.ctx.Err() != nil
		switch {
		case p.child != nil:
			if stopping {
				p.endIt(cx)
			}
			if !p.watch(cx) {
				return struct{}{}, false
			}
		case stopping:
			future.Cancel(p.rest)
			return struct{}{}, true
		case p.rest != nil:
			if _, over := p.rest.Poll(cx); !over {
				return struct{}{}, false
			}
			p.rest = nil
		default:
			p.start()
		}
	}
}

func (p *program) start() {
	child, err := p.s.loop.Start(p.command(), aio.PipeStdout|aio.PipeStderr)
	if err != nil {
		p.s.say(p.name, "(it does not start: %v)", err)
		p.again(0)
		return
	}
	p.child, p.began, p.end = child, time.Now(), child.Wait()
	p.streams = []*task.Input{{R: child.Stdout}, {R: child.Stderr}}
	p.s.say(p.name, "(started, process %d)", child.Pid())
}

// watch hands on what the child prints, and says whether it has ended.
func (p *program) watch(cx *future.Context) (ended bool) {
	open := p.streams[:0]
	for _, in := range p.streams {
		if p.lines(cx, in) {
			open = append(open, in)
		}
	}
	p.streams = open
	r, ended := p.end.Poll(cx)
	if !ended {
		return false
	}
	// What it has printed last may be there still. Who has inherited its pipes does not
	// count.
	for _, in := range p.streams {
		p.lines(cx, in)
		p.unended(in)
	}
	p.streams = nil
	_, _ = p.child.Stdout.Close(), p.child.Stderr.Close()
	if r.Err != nil {
		p.s.say(p.name, "(ended: %v)", r.Err)
	} else {
		p.s.say(p.name, "(ended)")
	}
	p.child = nil
	p.again(time.Since(p.began))
	return true
}

// lines prints the lines that have come, and says whether there may be more.
func (p *program) lines(cx *future.Context, in *task.Input) (more bool) {
	for {
		r, ready := task.Next(in, parseLine).Poll(cx)
		switch {
		case !ready:
			return true
		case r.Err != nil:
			if r.Err == io.ErrUnexpectedEOF {
				p.unended(in)
			}
			return false
		}
		p.s.say(p.name, "%s", r.Value)
	}
}

// unended prints a last line that has no end.
func (p *program) unended(in *task.Input) {
	if len(in.Rest) > 0 {
		p.s.say(p.name, "%s", in.Rest)
		in.Rest = nil
	}
}

// again begins the rest before the next start.
func (p *program) again(lived time.Duration) {
	p.pause = min(max(2*p.pause, firstRest), longestRest)
	if lived > lively {
		p.pause = firstRest
	}
	p.rest = p.s.loop.After(p.pause)
}

// endIt tells the child to end, and kills it if it does not.
func (p *program) endIt(cx *future.Context) {
	if p.grace == nil {
		if p.child.Signal(os.Interrupt) != nil {
			_ = p.child.Kill() // Windows has no other way
		}
		p.grace = p.s.loop.After(patience)
	}
	if _, over := p.grace.Poll(cx); over {
		_ = p.child.Kill() // it may have ended just now
		p.grace = future.Pending[time.Time]()
	}
}

// parseLine finds a line, without its end.
func parseLine(b []byte) (line string, n int, err error) {
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		return "", 0, nil
	}
	return string(bytes.TrimSuffix(b[:end], []byte{'\r'})), end + 1, nil
}
