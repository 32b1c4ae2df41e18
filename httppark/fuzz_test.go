package httppark

import (
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// FuzzSegments: in whatever pieces requests come, and wherever they break off, the
// connection looks idle if and only if the server was given whole requests and no more.
func FuzzSegments(f *testing.F) {
	f.Add([]byte{0}, []byte{255}, 0)
	f.Add([]byte{0, 1, 2, 0}, []byte{1, 1, 1}, 3)
	f.Add([]byte{1, 1}, []byte{40, 3}, 1)
	f.Add([]byte{2, 0}, []byte{9}, 200)
	f.Fuzz(func(t *testing.T, kinds, sizes []byte, left int) {
		if len(kinds) == 0 || len(kinds) > 8 || len(sizes) == 0 {
			return
		}
		requests := [...]string{
			request,
			"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\n1234567",
			"POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
			"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
			"HEAD /" + strings.Repeat("h", 5000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
		}
		var stream strings.Builder
		ends := make(map[int]bool) // where one request is over
		for i, k := range kinds {
			r := requests[int(k)%len(requests)]
			if i == len(kinds)-1 { // it may break off
				r = r[:uint(left)%uint(len(r)+1)]
			}
			stream.WriteString(r)
			if len(r) == len(requests[int(k)%len(requests)]) {
				ends[stream.Len()] = true
			}
		}
		var chunks []string
		least := 1 + stream.Len()/5000 // or one input takes long enough to be busy when the time is over
		for rest, i := stream.String(), 0; rest != ""; i++ {
			n := min(max(int(sizes[i%len(sizes)]), least), len(rest))
			chunks = append(chunks, rest[:n])
			rest = rest[n:]
		}
		a, err := probed()
		if err != nil {
			t.Fatal(err)
		}
		var in *scripted
		parks, err := a.try(situation{chunks: chunks}, func(c net.Conn) net.Conn {
			in = base(c).inner.(*scripted)
			return c
		})
		if err != nil {
			t.Fatal(err)
		}
		given := stream.Len() - len(strings.Join(in.chunks, ""))
		switch {
		case parks && !ends[given]:
			t.Errorf("it looks idle after %d bytes of %q", given, chunks)
		case !parks && ends[given] && given == stream.Len():
			t.Errorf("it does not look idle after %q", chunks)
		}
	})
}

// TestBusyAllocatesNothing: what this package does for each request of a busy connection.
func TestBusyAllocatesNothing(t *testing.T) {
	l := &Listener{assumed: assumptions{room: 4096}, done: make(chan struct{})}
	l.opts = options{lingerMin: longTick, lingerMax: longTick}
	l.clock.init(l)
	c := l.newConn(endless{})
	nc, room := c.self(), make([]byte, 4096)
	var n atomic.Int64
	got := testing.AllocsPerRun(1000, func() {
		read, err := nc.Read(room)
		if err != nil {
			t.Fatal(err)
		}
		n.Add(int64(read))
		c.note(http.StateActive)
		_ = nc.SetReadDeadline(longAgo)
		_ = nc.SetReadDeadline(moment(0))
		_, _ = nc.Write(room)
		_ = nc.SetWriteDeadline(moment(0))
		c.note(http.StateIdle)
		_ = nc.SetReadDeadline(moment(0))
	})
	if got != 0 || n.Load() == 0 {
		t.Errorf("%v allocations for each request", got)
	}
}

// endless is a connection whose peer sends for ever.
type endless struct{ *scripted }

func (endless) Read(p []byte) (int, error)      { return len(p), nil }
func (endless) Write(p []byte) (int, error)     { return len(p), nil }
func (endless) SetReadDeadline(time.Time) error { return nil }
