package goetia_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia"
)

// pump copies what comes from one connection to another. It reads when there is
// something to read, and not before the other side has taken what was read last: a slow
// receiver stops the sender by the sender's own full pipe, and meanwhile neither holds a
// goroutine.
type pump struct {
	from, to *net.TCPConn
	// in and out are the two things that can be waited for; one at a time is.
	in, out *goetia.Watch
	rest    []byte
	waits   *atomic.Int64
	// ended is called once, when nothing more will be copied. If that is for an error, it closes
	// both connections.
	ended func(error)
}

func startPump(from, to *net.TCPConn, waits *atomic.Int64, ended func(error)) error {
	p := &pump{from: from, to: to, waits: waits, ended: ended}
	var err error
	if p.out, err = goetia.NewWatch(to, goetia.Writable, p.writable); err != nil {
		return err
	}
	if p.in, err = goetia.NewWatch(from, goetia.Readable, p.readable); err != nil {
		return err
	}
	return p.in.Rearm()
}

func (p *pump) readable(goetia.Readiness) {
	buf := make([]byte, 32<<10)
	n, err := p.from.Read(buf)
	p.rest = buf[:n]
	p.write(err)
}

func (p *pump) writable(r goetia.Readiness) { p.write(r.Err()) }

// write gives on what it can without waiting for long, and then waits for more room or
// for more to give on.
func (p *pump) write(err error) {
	for len(p.rest) > 0 && err == nil {
		// A deadline that has nearly passed makes Write take what fits.
		_ = p.to.SetWriteDeadline(time.Now().Add(time.Millisecond))
		var n int
		n, err = p.to.Write(p.rest)
		p.rest = p.rest[n:]
		if ne, ok := err.(net.Error); ok && ne.Timeout() {
			p.waits.Add(1)
			if err = p.out.Rearm(); err == nil {
				return
			}
		}
	}
	if err == nil {
		p.rest = nil // a parked connection keeps no buffer
		if err = p.in.Rearm(); err == nil {
			return
		}
	}
	if errors.Is(err, io.EOF) {
		err = p.to.CloseWrite() // the other direction goes on
	}
	p.ended(err)
	if err != nil {
		// The connections are closed, and whoever waits for them is to be told at once.
		p.in.Release()
		p.out.Release()
	}
}

// join copies both ways between two connections until both have ended, or one has failed: a
// reset of the one is not to leave the other one waiting. Then it closes them and calls done.
func join(a, b *net.TCPConn, waits *atomic.Int64, done func(error)) error {
	var mu sync.Mutex
	var failed error
	left := 2
	ended := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		if left--; left == 0 || err != nil {
			a.Close()
			b.Close()
		}
		if failed == nil {
			failed = err
		}
		if left == 0 {
			done(failed)
		}
	}
	if err := startPump(a, b, waits, ended); err != nil {
		return err
	}
	if err := startPump(b, a, waits, ended); err != nil {
		ended(err) // in its place
	}
	return nil
}

// A proxy with back-pressure between two connections.
func Example_proxy() {
	connect := func() (near, far *net.TCPConn) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		defer l.Close()
		a, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			panic(err)
		}
		b, err := l.Accept()
		if err != nil {
			panic(err)
		}
		return a.(*net.TCPConn), b.(*net.TCPConn)
	}
	client, inside := connect()
	outside, server := connect()

	var waits atomic.Int64
	done := make(chan error, 1)
	if err := join(inside, outside, &waits, func(err error) { done <- err }); err != nil {
		panic(err)
	}

	const size = 64 << 20
	go func() {
		client.Write(make([]byte, size))
		client.CloseWrite()
	}()
	// The server does not read until the proxy has had to wait for it.
	for waits.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	n, err := io.Copy(io.Discard, server)
	fmt.Println(n == size, err)
	server.CloseWrite()
	fmt.Println(<-done)
	client.Close()
	server.Close()
	// Output:
	// true <nil>
	// <nil>
}
