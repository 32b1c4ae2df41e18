package aio_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// manyConns is how many connections are open at once: fewer where each event costs as much as
// there are connections.
var manyConns = func() int {
	switch {
	case runtime.GOOS == "windows":
		return 500
	case os.Getenv("GOETIA_MECHANISM") == "poll":
		return 2000
	}
	return 10_000
}()

// TestManyConnections: ten thousand connections at once, each of which gets back what it has sent
// while all are open. The clients are another process, which has descriptors of its own.
func TestManyConnections(t *testing.T) {
	if testing.Short() {
		t.Skip("many connections take some seconds")
	}
	l := loop(t)
	nl := listen(t, l)
	cmd := command(t, "many")
	cmd.Env = append(cmd.Env, "GOETIA_AIO_SERVER="+nl.Addr().String())
	p, err := l.Start(cmd, aio.PipeStdout|aio.PipeStderr)
	if err != nil {
		t.Fatal(err)
	}
	local := l.NewLocal(future.LocalOptions{})
	accepted, echoed := 0, 0
	end := future.Spawn(local, p.Wait())
	future.Spawn(local, future.PollFunc[error](func(cx *future.Context) (error, bool) {
		for accepted < manyConns {
			c, ready, err := nl.PollAccept(cx)
			if !ready {
				// If the clients have failed there is no more to wait for.
				_, ended := end.Result()
				return nil, ended
			}
			if err != nil {
				t.Error(err)
				continue // the Listener rests
			}
			accepted++
			future.Spawn(local, future.Map(aio.Copy(c, c), func(r future.Result[int64]) struct{} {
				if r.Err != nil || r.Value != 5 {
					t.Error(r)
				}
				echoed++
				_ = c.Close()
				return struct{}{}
			}))
		}
		return nil, true
	}))
	r, err := future.RunUntil(t.Context(), local, end)
	if err != nil {
		t.Fatal(err)
	}
	if r.Value.Err != nil {
		t.Fatalf("the clients: %v: %s", r.Value.Err, text(t, l, p.Stderr))
	}
	if err := local.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if accepted != manyConns || echoed != manyConns {
		t.Errorf("%d accepted, %d echoed", accepted, echoed)
	}
	closed(t, p.Stdout)
	closed(t, p.Stderr)
}

// many is the clients' process.
func many() error {
	conns := make([]net.Conn, manyConns)
	for i := range conns {
		c, err := net.Dial("tcp", os.Getenv("GOETIA_AIO_SERVER"))
		if err != nil {
			return fmt.Errorf("connection %d: %w", i, err)
		}
		conns[i] = c
	}
	var wg sync.WaitGroup
	errs := make(chan error, manyConns)
	for i, c := range conns {
		wg.Go(func() {
			want := fmt.Sprintf("%05d", i)
			got := make([]byte, len(want))
			_, err := c.Write([]byte(want))
			if err == nil {
				_, err = io.ReadFull(c, got)
			}
			if err == nil && string(got) != want {
				err = fmt.Errorf("sent %s, got %s", want, got)
			}
			if err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	for _, c := range conns {
		_ = c.Close()
	}
	close(errs)
	return <-errs
}
