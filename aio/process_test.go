package aio_test

import (
	"errors"
	"io"
	"os/exec"
	"testing"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// text reads a stream to its end.
func text(t testing.TB, l *aio.Loop, r aio.Reader) string {
	t.Helper()
	var all []byte
	buf := make([]byte, 1000)
	for {
		r := wait(t, l, aio.Read(r, buf))
		if r.Err == io.EOF {
			return string(all)
		}
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		all = append(all, buf[:r.Value]...)
	}
}

func TestProcess(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"cat", "stdio"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			l := loop(t)
			p, err := l.Start(command(t, role), aio.PipeStdin|aio.PipeStdout|aio.PipeStderr)
			if err != nil {
				t.Fatal(err)
			}
			end := p.Wait()
			pendingNow(t, end)
			future.Cancel(end)
			must(t, l, aio.WriteAll(p.Stdin, []byte("hello")))
			if err := wait(t, l, aio.Flush(p.Stdin)); err != nil {
				t.Fatal(err)
			}
			closed(t, p.Stdin)
			if got := text(t, l, p.Stdout); got != "hello" {
				t.Errorf("it wrote %q", got)
			}
			if got := text(t, l, p.Stderr); role == "cat" && got != "meow" || role == "stdio" && got != "" {
				t.Errorf("it complained %q", got)
			}
			closed(t, p.Stdout)
			closed(t, p.Stderr)
			for range 2 {
				if s := must(t, l, p.Wait()); !s.Success() || s.Pid() != p.Pid() {
					t.Errorf("%v", s)
				}
			}
		})
	}
}

func TestProcessFails(t *testing.T) {
	t.Parallel()
	l := loop(t)
	p, err := l.Start(command(t, "fail"), 0)
	if err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if r := wait(t, l, p.Wait()); !errors.As(r.Err, &exit) || exit.ExitCode() != 7 || r.Value.ExitCode() != 7 {
		t.Errorf("%v", r)
	}
	if _, err := l.Start(exec.Command("/no/such/program"), aio.PipeStdin|aio.PipeStdout); err == nil {
		t.Error("it started")
	}
}

func TestKill(t *testing.T) {
	t.Parallel()
	l := loop(t)
	p, err := l.Start(command(t, "hang"), aio.PipeStdin|aio.PipeStdout)
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 5)
	must(t, l, aio.ReadFull(p.Stdout, buf))
	end := p.Wait()
	pendingNow(t, end)
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if r := wait(t, l, end); r.Err == nil {
		t.Errorf("%v", r)
	}
	if err := p.Kill(); err == nil {
		t.Error("killed twice")
	}
	closed(t, p.Stdin)
	closed(t, p.Stdout)
}
