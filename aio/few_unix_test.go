//go:build unix

package aio_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// TestNoDescriptorsLeft: a process that may open few files accepts what it can, says why it does
// not accept more, does not spin meanwhile, and goes on when there are some again.
func TestNoDescriptorsLeft(t *testing.T) {
	t.Parallel()
	out, err := command(t, "few").CombinedOutput()
	if err != nil || string(out) != "ok" {
		t.Fatalf("%v: %s", err, out)
	}
}

// few is the process.
func few() {
	if err := fewFiles(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Print("ok")
}

func fewFiles() error {
	l, err := aio.New()
	if err != nil {
		return err
	}
	nl, err := l.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	limit.Cur = 64
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	var ours []net.Conn
	for {
		c, err := net.Dial("tcp", nl.Addr().String())
		if err != nil {
			break // we have as many as we may
		}
		ours = append(ours, c)
	}
	_ = ours[len(ours)-1].Close()
	_ = ours[len(ours)-2].Close()
	ours = ours[:len(ours)-2]
	var accepted []*aio.Conn
	var failures []time.Time
	local := l.NewLocal(future.LocalOptions{})
	turns := 0
	task := future.Spawn(local, future.PollFunc[error](func(cx *future.Context) (error, bool) {
		turns++
		for len(failures) < 6 {
			c, ready, err := nl.PollAccept(cx)
			switch {
			case !ready:
				return nil, false
			case err == nil:
				accepted = append(accepted, c)
			case !errors.Is(err, syscall.EMFILE):
				return err, true
			default:
				failures = append(failures, time.Now())
			}
		}
		return nil, true
	}))
	r, err := future.RunUntil(context.Background(), local, task)
	if err = errors.Join(err, r.Err, r.Value); err != nil {
		return err
	}
	// 5, 10, 20, 40 and 80 ms of rest.
	if d := failures[5].Sub(failures[0]); d < 150*time.Millisecond {
		return fmt.Errorf("it did not rest: six failures in %v", d)
	}
	if turns > 100 {
		return fmt.Errorf("it spun: %d polls", turns)
	}
	if len(accepted) == 0 {
		return errors.New("it has accepted none")
	}
	for _, c := range ours[len(ours)/2:] {
		_ = c.Close()
	}
	for range len(ours) - len(accepted) {
		// Those that waited in the queue.
		c := aio.BlockOn(l, nl.Accept())
		if c.Err != nil {
			return fmt.Errorf("it did not recover: %w", c.Err)
		}
		_ = c.Value.Close()
	}
	err = lastDescriptor(l, nl, accepted[0])
	// Or the garbage collector closes those that were forgotten, and there are descriptors again.
	runtime.KeepAlive(ours)
	runtime.KeepAlive(accepted)
	return err
}

// lastDescriptor: a connection that is made with the last descriptor there is, is one, and
// what cannot be detached for want of another one goes on.
func lastDescriptor(l *aio.Loop, nl *aio.Listener, c *aio.Conn) error {
	var held []int
	for {
		fd, err := syscall.Dup(0)
		if err != nil {
			break
		}
		held = append(held, fd)
	}
	if _, err := c.Detach(); !errors.Is(err, syscall.EMFILE) {
		return fmt.Errorf("detached without a descriptor: %v", err)
	}
	if err := c.SetNoDelay(true); err != nil {
		return fmt.Errorf("after a Detach that has failed: %w", err)
	}
	if err := syscall.Close(held[0]); err != nil {
		return err
	}
	r := aio.BlockOn(l, l.Dial("tcp", nl.Addr().String()))
	if r.Err != nil {
		return fmt.Errorf("with one descriptor left: %w", r.Err)
	}
	if err := aio.BlockOn(l, aio.CloseWrite(r.Value)); err != nil {
		return err
	}
	return errors.Join(r.Value.Close(), c.Close())
}
