package echo

import (
	"net"
	"sync"

	"github.com/goetia-go/goetia"
)

// ServeCallbacks echoes to all that l accepts, until l is closed. An idle connection is a Watch
// and nothing else.
func ServeCallbacks(l net.Listener) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		if err := echoCallbacks(conn); err != nil {
			conn.Close()
		}
	}
}

// buffers lend their bytes to connections that have something to read.
var buffers = sync.Pool{New: func() any { return new([4096]byte) }}

func echoCallbacks(conn net.Conn) error {
	var w *goetia.Watch
	w, err := goetia.NewWatch(conn, goetia.Readable, func(r goetia.Readiness) {
		buf := buffers.Get().(*[4096]byte)
		defer buffers.Put(buf)
		n, err := conn.Read(buf[:]) // does not block: that is why we are here
		if n > 0 {
			_, err = conn.Write(buf[:n]) // blocks this goroutine if the client is slow
		}
		if err == nil {
			err = w.Rearm()
		}
		if err != nil { // io.EOF, most of the time
			conn.Close()
		}
	})
	if err != nil {
		return err
	}
	return w.Rearm()
}
