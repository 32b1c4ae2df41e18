package aio_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"time"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// One goroutine serves and asks: the executor drives the reactor while its tasks wait.
func Example() {
	loop, err := aio.New()
	if err != nil {
		log.Fatal(err)
	}
	defer loop.Close()
	l, err := loop.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	local := loop.NewLocal(future.LocalOptions{})

	echo := future.ThenTry(l.Accept(), func(c *aio.Conn) future.Future[future.Result[int64]] {
		return future.Map[future.Result[int64]](aio.Copy(c, c), func(r future.Result[int64]) future.Result[int64] {
			c.Close()
			return r
		})
	})
	future.Spawn(local, echo)

	buf := make([]byte, 5)
	ask := future.ThenTry(loop.Dial("tcp", l.Addr().String()), func(c *aio.Conn) future.Future[future.Result[int]] {
		sent := future.ThenTry[int](aio.WriteAll(c, []byte("hello")), func(int) future.Future[future.Result[int]] {
			return aio.ReadFull(c, buf)
		})
		return future.Map(sent, func(r future.Result[int]) future.Result[int] {
			c.Close()
			return r
		})
	})
	future.Spawn(local, ask)

	if err := local.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", buf)
	// Output: hello
}

// A stream is a net.Conn for code that wants one, and whoever blocks in it drives the loop.
func ExampleAsConn() {
	loop, err := aio.New()
	if err != nil {
		log.Fatal(err)
	}
	defer loop.Close()
	near, far := net.Pipe()
	conn := aio.AsConn(loop, aio.NewForeign(near))
	go func() {
		fmt.Fprint(far, "over a pipe")
		far.Close()
	}()
	text, err := io.ReadAll(conn)
	fmt.Printf("%s %v\n", text, err)
	conn.Close()
	// Output: over a pipe <nil>
}

// Ticks are dropped while nobody takes them, and the schedule is kept.
func ExampleLoop_Interval() {
	loop, err := aio.New()
	if err != nil {
		log.Fatal(err)
	}
	defer loop.Close()
	ticks, err := loop.Interval(time.Millisecond, goetia.Skip)
	if err != nil {
		log.Fatal(err)
	}
	defer ticks.Stop()
	n := 0
	aio.BlockOn(loop, future.PollFunc[struct{}](func(cx *future.Context) (struct{}, bool) {
		for n < 3 {
			if _, _, ready := ticks.PollNext(cx); !ready {
				return struct{}{}, false
			}
			n++
		}
		return struct{}{}, true
	}))
	fmt.Println(n, "ticks")
	// Output: 3 ticks
}

// Files are read on the blocking pool.
func ExampleReadFile() {
	loop, err := aio.New()
	if err != nil {
		log.Fatal(err)
	}
	defer loop.Close()
	missing := aio.BlockOn(loop, aio.ReadFile("no/such/file"))
	fmt.Println(missing.Err != nil)
	// Output: true
}

// Copying stops reading while nobody takes what was read.
func ExampleCopy() {
	loop, err := aio.New()
	if err != nil {
		log.Fatal(err)
	}
	defer loop.Close()
	var out bytes.Buffer
	src := aio.NewForeign(readOnly{bytes.NewReader([]byte("some bytes"))})
	dst := aio.NewForeign(nopCloser{&out})
	r := aio.BlockOn(loop, aio.Copy(dst, src))
	fmt.Println(r.Value, out.String())
	// Output: 10 some bytes
}

type readOnly struct{ io.Reader }

func (readOnly) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
func (readOnly) Close() error              { return nil }
