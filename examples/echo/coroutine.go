package echo

import (
	"errors"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/coro"
	"github.com/goetia-go/goetia/future"
)

// Coroutines spawns a task that echoes to all that l accepts, until l is closed.
func Coroutines(l *aio.Listener, local *future.Local) *future.Task[error] {
	return coro.SpawnFunc(local, func(co *coro.Co) error {
		for {
			conn, err := coro.Await(co, l.Accept()).Get()
			if err != nil {
				return err
			}
			coro.Spawn(local, func(co *coro.Co) {
				defer conn.Close() // also if it is cancelled
				echoCoroutine(co, conn)
			})
		}
	})
}

func echoCoroutine(co *coro.Co, conn *aio.Conn) error {
	buf := make([]byte, 4096)
	for {
		n, err := coro.Await(co, conn.Read(buf)).Get()
		if n > 0 {
			_, werr := coro.Await(co, aio.WriteAll(conn, buf[:n])).Get()
			err = errors.Join(err, werr)
		}
		if err != nil {
			return err
		}
	}
}
