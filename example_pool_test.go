package goetia_test

import (
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/goetia-go/goetia"
)

// pool keeps idle connections to a database. A server closes connections that were idle for
// long, and whoever is handed such a one finds out only when its query fails. So all of
// them are watched, and before one is handed out the kernel is asked what it knows by
// then: on Windows too, where no read can try without waiting.
type pool struct {
	mu sync.Mutex
	// r is turned by drop alone. With a goroutine that drives it, an event could be on its
	// way from the kernel while a connection is handed out.
	r    *goetia.Reactor
	idle map[net.Conn]*goetia.Source
	dead []net.Conn
}

func newPool() (*pool, error) {
	r, err := goetia.New()
	return &pool{r: r, idle: make(map[net.Conn]*goetia.Source)}, err
}

// put takes a connection that nobody uses and that has nothing to read.
func (p *pool) put(conn net.Conn) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	source, err := p.r.RegisterConn(conn)
	if err != nil {
		return err
	}
	// Its server has closed it, or says something that nobody asked for. That is found inside
	// Turn, by an inline callback, so it is known when Turn returns.
	_, err = source.Inline(goetia.Readable, func(r goetia.Readiness) {
		if !r.Has(goetia.Closed) {
			p.dead = append(p.dead, conn)
		}
	})
	if err != nil {
		source.Close()
		return err
	}
	p.idle[conn] = source
	return nil
}

// get returns a connection that its server has not closed as far as is known here, or nil.
func (p *pool) get() (net.Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.drop(); err != nil {
		return nil, err
	}
	for conn := range p.idle {
		p.forget(conn)
		return conn, nil
	}
	return nil, nil
}

// clean closes what get would not hand out, and says how many are left. It is for a timer, if the
// pool is used so seldom that dead connections would be kept for long.
func (p *pool) clean() (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.drop()
	return len(p.idle), err
}

func (p *pool) drop() error {
	for {
		n, err := p.r.Turn(0) // it takes what there is, and does not wait
		for _, conn := range p.dead {
			p.forget(conn)
			conn.Close()
		}
		p.dead = p.dead[:0]
		if n == 0 || err != nil {
			return err
		}
	}
}

func (p *pool) forget(conn net.Conn) {
	p.idle[conn].Close()
	delete(p.idle, conn)
}

// A connection pool that asks whether the other end has closed a connection before it hands
// that out.
func Example_connectionPool() {
	database, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer database.Close()
	p, err := newPool()
	if err != nil {
		panic(err)
	}
	defer p.r.Close()
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
	for {
		left, err := p.clean()
		if err != nil {
			panic(err)
		}
		if left == 1 {
			break
		}
		time.Sleep(time.Millisecond) // the news has to get here
	}

	conn, err := p.get()
	fmt.Println(conn.LocalAddr().String() == ends[1].RemoteAddr().String(), err)
	fmt.Fprint(conn, "select")
	query := make([]byte, 6)
	if _, err := io.ReadFull(ends[1], query); err != nil {
		panic(err)
	}
	fmt.Println("the other one works:", string(query))
	fmt.Println(p.get()) // there are no more
	conn.Close()
	ends[1].Close()
	// Output:
	// true <nil>
	// the other one works: select
	// <nil> <nil>
}
