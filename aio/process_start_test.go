package aio_test

import (
	"context"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"

	"github.com/goetia-go/goetia/aio"
)

// TestProcessStartedAndPipesNotClosed: Start failed although there was a child, which nobody could wait
// for then.
func TestProcessStartedAndPipesNotClosed(t *testing.T) {
	t.Parallel()
	l := loop(t)
	ctx := &askedContext{Context: context.Background(), done: make(chan struct{})}
	model := command(t, "cat")
	cmd := exec.CommandContext(ctx, model.Path)
	cmd.Env = model.Env
	ctx.asked = func() {
		// Package exec asks before it starts the child, and again afterwards.
		if cmd.Process != nil && ctx.closed.CompareAndSwap(false, true) {
			if err := cmd.Stdin.(*os.File).Close(); err != nil {
				t.Error(err)
			}
		}
	}
	p, err := l.Start(cmd, aio.PipeStdin)
	if err != nil {
		t.Fatal(err)
	}
	if !ctx.closed.Load() {
		t.Error("the pipe could be closed: this shows nothing")
	}
	closed(t, p.Stdin)
	if r := wait(t, l, p.Wait()); r.Err != nil {
		t.Error(r.Err)
	}
}

// askedContext calls a function whenever it is asked for its channel.
type askedContext struct {
	context.Context
	done   chan struct{}
	asked  func()
	closed atomic.Bool
}

func (c *askedContext) Done() <-chan struct{} {
	c.asked()
	return c.done
}
