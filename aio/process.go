package aio

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"

	"github.com/goetia-go/goetia/future"
	"github.com/goetia-go/goetia/poll"
)

// Stdio is a set of a child's standard streams.
type Stdio uint8

// The standard streams.
const (
	PipeStdin Stdio = 1 << iota
	PipeStdout
	PipeStderr
)

// Process is a child process. One task at a time waits for it, and one uses each of its streams;
// Kill and Signal may be called from anywhere.
type Process struct {
	// Stdin, Stdout and Stderr are this end of the pipes that were asked for; the others are
	// nil. Whoever started the process closes them.
	Stdin, Stdout, Stderr Stream

	cmd *exec.Cmd
	// port is readable when the process has ended, if watched.
	port
	watched bool
	waiting *offload[*os.ProcessState]
	status  *future.Result[*os.ProcessState]
}

// Start starts a command, as its Start method does, with some of its standard streams piped to
// here. The command's own settings for those must be nil. What it gives as an io.Reader or
// io.Writer that is no *os.File costs a goroutine each, and one for Wait.
//
// The process has to be waited for with Wait, also after Kill, and remains a zombie until then.
func (l *Loop) Start(cmd *exec.Cmd, pipes Stdio) (p *Process, err error) {
	p = &Process{cmd: cmd}
	var theirs []*os.File
	defer func() {
		for _, f := range theirs {
			// The child has it or never will. If there is a child, an error here would
			// hide it from those who have to wait for it.
			_ = f.Close()
		}
		if err != nil {
			p.closePipes()
			p = nil
		}
	}()
	if pipes&PipeStdin != 0 {
		r, w, err := os.Pipe()
		if err != nil {
			return p, err
		}
		theirs = append(theirs, r)
		cmd.Stdin = r
		if p.Stdin, err = l.ours(w); err != nil {
			return p, err
		}
	}
	for _, out := range []struct {
		of     Stdio
		stream *Stream
		give   func(*os.File)
	}{
		{PipeStdout, &p.Stdout, func(f *os.File) { cmd.Stdout = f }},
		{PipeStderr, &p.Stderr, func(f *os.File) { cmd.Stderr = f }},
	} {
		if pipes&out.of == 0 {
			continue
		}
		r, w, err := os.Pipe()
		if err != nil {
			return p, err
		}
		theirs = append(theirs, w)
		out.give(w)
		if *out.stream, err = l.ours(r); err != nil {
			return p, err
		}
	}
	if err := cmd.Start(); err != nil {
		return p, err
	}
	if !copies(cmd) {
		p.watch(l)
	}
	return p, nil
}

// copies says whether the command's Wait waits for more than the process: what package exec copies
// goes on for as long as anybody has the other end, such as a grandchild. A goroutine waits then, since
// a Poll does not block.
func copies(cmd *exec.Cmd) bool {
	for _, s := range []any{cmd.Stdin, cmd.Stdout, cmd.Stderr} {
		if _, file := s.(*os.File); s != nil && !file {
			return true
		}
	}
	return false
}

// ours is this end of a pipe.
func (l *Loop) ours(f *os.File) (Stream, error) {
	s, err := l.NewFile(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return s, nil
}

func (p *Process) closePipes() {
	for _, s := range []Stream{p.Stdin, p.Stdout, p.Stderr} {
		if s != nil {
			_ = s.Close() // nobody has used it
		}
	}
}

// watch has the reactor tell when the process ends, where a process has a descriptor. Elsewhere a
// goroutine waits for it.
func (p *Process) watch(l *Loop) {
	if !pidfds {
		return
	}
	_ = p.cmd.Process.WithHandle(func(h uintptr) { // without one there is no watch
		if src, err := l.r.Register(poll.FD(h)); err == nil {
			p.open(l, src)
			p.r.state.Store(drained) // it begins with waiting
			p.watched = true
		}
	})
}

// Pid is the process' number.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Kill ends the process at once. It is os.ErrProcessDone if it has been waited for.
func (p *Process) Kill() error { return p.cmd.Process.Kill() }

// Signal sends a signal, as that of os.Process does.
func (p *Process) Signal(sig os.Signal) error { return p.cmd.Process.Signal(sig) }

// Wait is ready when the process has ended. The error is an *exec.ExitError if it has not ended
// with success. If it is cancelled, the status is there for the next one; once it has been
// ready, further ones return the same.
func (p *Process) Wait() future.Future[future.Result[*os.ProcessState]] { return exiting{p} }

type exiting struct{ p *Process }

func (f exiting) Poll(cx *future.Context) (future.Result[*os.ProcessState], bool) {
	return f.p.pollWait(cx)
}

// Cancel leaves what waits where it is.
func (f exiting) Cancel() { f.p.r.drop() }

func (p *Process) pollWait(cx *future.Context) (r future.Result[*os.ProcessState], ready bool) {
	if p.status != nil {
		return *p.status, true
	}
	if p.watched {
		told, err := p.wait(cx, &p.r)
		if err == nil && !told {
			return r, false
		}
		if errors.Is(err, net.ErrClosed) || err == nil {
			// The descriptor goes with the status.
			p.close()
			p.watched = false
		}
		if err == nil {
			r.Err = p.cmd.Wait() // it has ended
			r.Value = p.cmd.ProcessState
			p.status = &r
			return r, true
		}
		p.watched = false
	}
	if p.waiting == nil {
		p.waiting = &offload[*os.ProcessState]{work: func(context.Context) (*os.ProcessState, error) {
			err := p.cmd.Wait()
			return p.cmd.ProcessState, err
		}}
	}
	if r, ready = p.waiting.Poll(cx); ready {
		p.status = &r
	}
	return r, ready
}
