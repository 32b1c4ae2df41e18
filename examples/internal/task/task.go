// Package task has what the examples that are made of futures share.
package task

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// Closing is a future that closes things when it is ready or is given up.
func Closing[T any](f future.Future[T], things ...io.Closer) future.Future[T] {
	return &closing[T]{f, things}
}

type closing[T any] struct {
	f      future.Future[T]
	things []io.Closer
}

func (c *closing[T]) Poll(cx *future.Context) (T, bool) {
	v, ready := c.f.Poll(cx)
	if ready {
		c.close()
	}
	return v, ready
}

func (c *closing[T]) Cancel() {
	future.Cancel(c.f)
	c.close()
}

func (c *closing[T]) close() {
	for _, t := range c.things {
		_ = t.Close() // whatever there was to say about it, the future has said
	}
	c.things = nil
}

// Main is the main function of a program that runs until an interrupt.
func Main(run func(ctx context.Context, args []string, out io.Writer) error) {
	ctx, stop := context.WithCancel(context.Background())
	sigs, err := aio.NewSignals(os.Interrupt)
	if err == nil {
		go func() {
			future.BlockOn(future.PollFunc[struct{}](func(cx *future.Context) (struct{}, bool) {
				_, _, ready := sigs.PollNext(cx)
				return struct{}{}, ready
			}))
			stop()
		}()
		err = run(ctx, os.Args[1:], os.Stdout)
	}
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) { // who asked for help has been given it
		_, _ = io.WriteString(os.Stderr, err.Error()+"\n")
		os.Exit(1)
	}
}
