package main

import (
	"errors"
	"io"
	"syscall"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/examples/internal/task"
	"github.com/goetia-go/goetia/future"
)

// session is one client's task: greeting, request, reply, and then bytes both ways.
func session(loop *aio.Loop, c *aio.Conn) future.Future[error] {
	in := &task.Input{R: c}
	greeted := future.ThenTry(task.Next(in, parseGreeting), func(ok bool) future.Future[future.Result[int]] {
		if !ok {
			return refuse(c, []byte{version, noMethod}, errNoMethod)
		}
		return aio.WriteAll(c, []byte{version, noAuthentication})
	})
	asked := future.ThenTry(greeted, func(int) future.Future[future.Result[request]] { return task.Next(in, parseRequest) })
	served := future.ThenTry(asked, func(r request) future.Future[future.Result[int]] {
		if r.command != connect {
			return refuse(c, reply(commandNotSupported), errCommand)
		}
		return future.Then(loop.Dial("tcp", r.address), func(far future.Result[*aio.Conn]) future.Future[future.Result[int]] {
			if far.Err != nil {
				return refuse(c, reply(reason(far.Err)), far.Err)
			}
			return task.Closing(tunnel(c, far.Value, in), far.Value)
		})
	})
	return future.Map(served, func(r future.Result[int]) error {
		if errors.Is(r.Err, io.EOF) {
			return nil // it has changed its mind
		}
		return r.Err
	})
}

// tunnel says that there is a connection, and hands on what the client has sent ahead.
func tunnel(c, far *aio.Conn, in *task.Input) future.Future[future.Result[int]] {
	ahead := future.ThenTry[int](aio.WriteAll(c, reply(succeeded)), func(int) future.Future[future.Result[int]] {
		return aio.WriteAll(far, in.Rest)
	})
	return future.ThenTry(ahead, func(int) future.Future[future.Result[int]] {
		return future.MapTry[aio.Moved](aio.CopyBoth(c, far), func(m aio.Moved) (int, error) { return int(m.There), nil })
	})
}

// refuse tells the client, and then fails.
func refuse(c *aio.Conn, words []byte, err error) future.Future[future.Result[int]] {
	return future.Map[future.Result[int]](aio.WriteAll(c, words), func(future.Result[int]) future.Result[int] {
		return future.Result[int]{Err: err}
	})
}

// reason is what a client is told about a failure.
func reason(err error) byte {
	if errors.Is(err, syscall.ECONNREFUSED) {
		return connectionRefused
	}
	return hostUnreachable
}
