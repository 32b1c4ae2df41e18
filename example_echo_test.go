package goetia_test

import (
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/goetia-go/goetia"
)

// An echo server whose idle connections hold no goroutine and no buffer. Each connection
// has one callback, which reads once, since that will not block, answers, and asks to
// be called again.
func Example_echoServer() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	buffers := sync.Pool{New: func() any { return new([4096]byte) }}

	serve := func(conn net.Conn) error {
		var watch *goetia.Watch
		ready := func(goetia.Readiness) {
			buf := buffers.Get().(*[4096]byte)
			defer buffers.Put(buf)
			n, err := conn.Read(buf[:])
			if err == nil {
				_, err = conn.Write(buf[:n])
			}
			if err == nil {
				err = watch.Rearm()
			}
			if err != nil {
				conn.Close()
			}
		}
		var err error
		if watch, err = goetia.NewWatch(conn, goetia.Readable, ready); err != nil {
			return err
		}
		return watch.Rearm()
	}

	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if err := serve(conn); err != nil {
				conn.Close()
			}
		}
	}()

	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, word := range []string{"ready", "and", "waiting"} {
		fmt.Fprint(conn, word)
		answer := make([]byte, len(word))
		if _, err := io.ReadFull(conn, answer); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(string(answer))
	}
	conn.Close()
	listener.Close()
	// Output:
	// ready
	// and
	// waiting
}
