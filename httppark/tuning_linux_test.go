package httppark

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/sys/socket"
)

// TestOptionsSurvive: a socket has the options that it had before a pause, whoever has set them.
func TestOptionsSurvive(t *testing.T) {
	t.Parallel()
	never := func(*net.TCPConn) error { return nil }
	for _, c := range []struct {
		name   string
		config net.ListenConfig
		set    func(*net.TCPConn) error
		want   func(tuning) bool
	}{
		{"default", net.ListenConfig{}, never, func(t tuning) bool { return t.noDelay == 1 && t.keepAlive == 1 }},
		{"no keep-alive", net.ListenConfig{KeepAlive: -1}, never, func(t tuning) bool { return t.noDelay == 1 && t.keepAlive == 0 }},
		{
			"keep-alive",
			net.ListenConfig{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 33 * time.Second, Interval: 7 * time.Second, Count: 3}},
			never, func(t tuning) bool { return t == tuning{1, 1, 33, 7, 3} },
		},
		{
			"delayed",
			net.ListenConfig{},
			func(c *net.TCPConn) error { return c.SetNoDelay(false) },
			func(t tuning) bool { return t.noDelay == 0 && t.keepAlive == 1 },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inner, err := c.config.Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			let, served, looked := make(chan *conn, 1), make(chan *conn), make(chan struct{})
			srv := &http.Server{
				Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					served <- r.Context().Value(key("c")).(*conn)
					<-looked // or it might be parked already
				}),
				ConnContext: func(ctx context.Context, c net.Conn) context.Context {
					return context.WithValue(ctx, key("c"), base(c))
				},
			}
			l := Wrap(&tuner{inner, c.set}, srv, WithLinger(0, 0), noTicks)
			l.let = func(c *conn) bool {
				ok := l.park(c)
				let <- c
				return ok
			}
			go func() { _ = srv.Serve(l) }()
			defer srv.Close()
			defer close(looked)
			e := &env{t: t, l: l}
			p := e.dial()
			var all []tuning
			for i := range 4 {
				p.send(fmt.Sprintf(get, ""))
				all = append(all, tuningOf(t, beneath(<-served)))
				looked <- struct{}{}
				p.receive()
				c := <-let
				if _, ok := beneath(c).(*thin); !ok {
					t.Fatalf("%T", beneath(c))
				}
				if i == 0 {
					continue
				}
				if got := tuningOf(t, beneath(c)); got != all[0] {
					t.Errorf("parked %+v, served %+v", got, all[0])
				}
			}
			for _, got := range all {
				if got != all[0] || !c.want(got) {
					t.Errorf("%+v, at first %+v", got, all[0])
				}
			}
		})
	}
}

// tuner sets options of what it accepts.
type tuner struct {
	net.Listener
	set func(*net.TCPConn) error
}

func (l *tuner) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		err = l.set(c.(*net.TCPConn))
	}
	return c, err
}

// tuning is what a socket's options are, in the kernel's units.
type tuning struct{ noDelay, keepAlive, idle, interval, count int }

func tuningOf(t *testing.T, c net.Conn) (got tuning) {
	t.Helper()
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Control(func(fd uintptr) {
		for _, o := range []struct {
			level, name int
			value       *int
		}{
			{syscall.IPPROTO_TCP, syscall.TCP_NODELAY, &got.noDelay},
			{syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, &got.keepAlive},
			{syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, &got.idle},
			{syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, &got.interval},
			{syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, &got.count},
		} {
			v, err := syscall.GetsockoptInt(int(fd), o.level, o.name)
			if err != nil {
				t.Error(err)
			}
			*o.value = v
		}
	}); err != nil {
		t.Fatal(err)
	}
	return got
}

// TestTooManyTunings: connections beyond those that can be told apart stay whole.
func TestTooManyTunings(t *testing.T) {
	t.Parallel()
	var ts tunings
	for i := range 300 {
		want := uint8(i + 1)
		if i >= 255 {
			want = 0
		}
		for range 2 {
			if got := ts.number(socket.Settings{{Value: i}}); got != want {
				t.Fatalf("tuning %d is number %d, want %d", i, got, want)
			}
		}
	}
}
