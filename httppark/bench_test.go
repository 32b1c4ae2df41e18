package httppark

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// BenchmarkPause is a request over each of some connections in turn. Each of them is parked at
// once and fetched back for its next request, except where nothing is parked at all: what
// the others take beyond that is the price of a pause, the server's new record included.
func BenchmarkPause(b *testing.B) {
	for _, c := range []struct {
		name  string
		parks float64
		opts  []Option
	}{
		{"thin", 1, nil},
		{"whole", 1, []Option{WithThinParking(false)}},
		{"none", 0, []Option{WithParking(false)}},
	} {
		if c.name == "thin" && !canSlim {
			continue
		}
		b.Run("pause="+c.name, func(b *testing.B) { pauses(b, c.parks, c.opts...) })
	}
}

func pauses(b *testing.B, parks float64, opts ...Option) {
	srv := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
	l, err := Listen("tcp", "127.0.0.1:0", append(opts, WithServer(srv), WithLinger(0, 0))...)
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = srv.Serve(l) }()
	defer srv.Close()
	request := fmt.Sprintf(get, "")
	var clients [64]*bufio.ReadWriter
	for i := range clients {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		clients[i] = bufio.NewReadWriter(bufio.NewReader(c), bufio.NewWriter(c))
	}
	ask := func(i int) {
		c := clients[i%len(clients)]
		if _, err := io.WriteString(c, request); err != nil {
			b.Fatal(err)
		}
		if err := c.Flush(); err != nil {
			b.Fatal(err)
		}
		for {
			line, err := c.ReadString('\n')
			if err != nil {
				b.Fatal(err)
			}
			if strings.TrimSpace(line) == "" {
				return
			}
		}
	}
	for i := range clients {
		ask(i)
	}
	before := l.Stats().Parks
	i := 0
	for b.Loop() {
		ask(i)
		i++
	}
	got := float64(l.Stats().Parks-before) / float64(i)
	b.ReportMetric(got, "parks/op")
	if i > 1000 && (got < 0.9*parks || got > 1.1*parks) {
		b.Errorf("%f pauses for each request, want %f", got, parks)
	}
}
