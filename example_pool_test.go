package goetia_test

import (
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/goetia-go/goetia"
)

// pool keeps idle connections to a database. A server closes connections that were idle for
// long, and whoever is handed such a one finds out only when its query fails. Here each
// idle connection is watched: when the server closes it, or says something that nobody
// asked for, it is taken out of the pool at once, on Windows too, where no read can
// try without waiting.
type pool struct {
	mu   sync.Mutex
	idle map[net.Conn]*goetia.Watch
	gone chan net.Conn
}

func (p *pool) put(conn net.Conn) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	watch, err := goetia.AfterReadable(conn, func(goetia.Readiness) { p.drop(conn) })
	if err != nil {
		return err
	}
	p.idle[conn] = watch
	return nil
}

func (p *pool) drop(conn net.Conn) {
	p.mu.Lock()
	_, idle := p.idle[conn]
	delete(p.idle, conn)
	p.mu.Unlock()
	if idle {
		conn.Close()
		p.gone <- conn
	}
}

// get returns a connection that its server has not closed, or nil.
func (p *pool) get() net.Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn, watch := range p.idle {
		if !watch.Stop() {
			continue // it has fired, and drop is about to come for it
		}
		delete(p.idle, conn)
		return conn
	}
	return nil
}

// A connection pool that never hands out a connection which its peer has closed.
func Example_connectionPool() {
	database, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer database.Close()
	p := &pool{idle: make(map[net.Conn]*goetia.Watch), gone: make(chan net.Conn, 1)}
	var ends []net.Conn
	for range 2 {
		conn, err := net.Dial("tcp", database.Addr().String())
		if err != nil {
			panic(err)
		}
		end, err := database.Accept()
		if err != nil {
			panic(err)
		}
		ends = append(ends, end)
		if err := p.put(conn); err != nil {
			panic(err)
		}
	}

	ends[0].Close() // the server thinks that it was idle for long enough
	closed := <-p.gone
	fmt.Println("taken out:", closed.LocalAddr().String() == ends[0].RemoteAddr().String())

	conn := p.get()
	fmt.Fprint(conn, "select")
	query := make([]byte, 6)
	if _, err := io.ReadFull(ends[1], query); err != nil {
		panic(err)
	}
	fmt.Println("the other one works:", string(query))
	fmt.Println("and there are no more:", p.get() == nil)
	conn.Close()
	ends[1].Close()
	// Output:
	// taken out: true
	// the other one works: select
	// and there are no more: true
}
