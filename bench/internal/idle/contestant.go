package idle

import (
	"fmt"
	"net"
	"sync"

	"github.com/goetia-go/goetia"
)

// contestant serves an echo at an address, for as long as its process lives.
type contestant struct {
	name  string
	serve func(addr string) error
	// talk is what a client does once over its connection; nil means to have a message
	// echoed.
	talk func(net.Conn) error
}

// Bare is the contestant that the others stand upon: connections of package net that
// nobody watches.
const Bare = "bare net.Conn"

// Goroutine is the contestant that blocks in Read.
const Goroutine = "goroutine, 4 KiB buffer"

// Ours is this library's.
const Ours = "goetia.AfterReadable"

var contestants = append([]contestant{
	{name: Bare, serve: serveBare},
	{name: Ours, serve: serveGoetia},
	{name: OursFutures, serve: serveFutures},
	{name: Goroutine, serve: serveGoroutine},
}, rivals...)

// Names lists the contestants of this system.
func Names() []string { return names(contestants) }

// WebNames lists the servers of HTTP.
func WebNames() []string { return names(web) }

func names(of []contestant) (names []string) {
	for _, c := range of {
		names = append(names, c.name)
	}
	return names
}

// message is how much each connection sends and gets back.
const message = 64

// accepted has a function called for each connection.
func accepted(addr string, add func(net.Conn)) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			add(c)
		}
	}()
	return nil
}

// echo sends back one message. The buffers are shared, as they can be where a read
// does not wait.
func echo(c net.Conn) error {
	buf := shared.Get().(*[4096]byte)
	defer shared.Put(buf)
	n, err := c.Read(buf[:])
	if err == nil {
		_, err = c.Write(buf[:n])
	}
	return err
}

var shared = sync.Pool{New: func() any { return new([4096]byte) }}

// kept has the connections that nothing else refers to. It has room, so that its growing
// is nobody's cost.
var kept struct {
	sync.Mutex
	conns []net.Conn
}

func serveBare(addr string) error {
	kept.conns = make([]net.Conn, 0, maxConns)
	return accepted(addr, func(c net.Conn) {
		kept.Lock()
		kept.conns = append(kept.conns, c)
		kept.Unlock()
		go func() { _ = echo(c) }() // and then it is over
	})
}

// session is a connection with its watch.
type session struct {
	net.Conn
	watch *goetia.Watch
}

func serveGoetia(addr string) error {
	return accepted(addr, func(c net.Conn) {
		s := &session{Conn: c}
		var err error
		if s.watch, err = goetia.NewWatch(c, goetia.Readable, s.ready); err == nil {
			err = s.watch.Rearm()
		}
		if err != nil {
			panic(err)
		}
	})
}

func (s *session) ready(goetia.Readiness) {
	if echo(s) != nil || s.watch.Rearm() != nil {
		s.Close()
	}
}

func serveGoroutine(addr string) error {
	return accepted(addr, func(c net.Conn) {
		go func() {
			buf := make([]byte, 4096)
			for {
				n, err := c.Read(buf)
				if err == nil {
					_, err = c.Write(buf[:n])
				}
				if err != nil {
					c.Close()
					return
				}
			}
		}()
	})
}

func find(name string) (contestant, error) {
	for _, c := range append(contestants, web...) {
		if c.name == name {
			return c, nil
		}
	}
	return contestant{}, fmt.Errorf("no contestant %q", name)
}
