package main

import (
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/goetia-go/goetia/examples/internal/tool"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T) (p *tool.Program, addr string) {
	t.Helper()
	p = tool.Start(t, run)
	return p, strings.TrimPrefix(p.Await(t, "listening on "), "listening on ")
}

func TestCurl(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("hello from " + r.Host))
	}))
	defer s.Close()
	_, addr := start(t)
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	for _, c := range []struct{ option, host string }{
		{"--socks5-hostname", "localhost"}, // looked up by the proxy
		{"--socks5-hostname", "127.0.0.1"},
		{"--socks5", "127.0.0.1"}, // an address in the request
	} {
		host := c.host + ":" + port
		if out := tool.Run(t, "", "curl", "-sS", "--max-time", "30", c.option, addr, "http://"+host+"/"); out != "hello from "+host {
			t.Errorf("%v: %q", c, out)
		}
	}
}

func TestRefusals(t *testing.T) {
	p, addr := start(t)
	port := netip.MustParseAddrPort(tool.Nobody(t)).Port()
	for _, c := range []struct{ name, send, want string }{
		{"another version", "\x04\x01", ""},
		{"authentication", "\x05\x01\x02", "\x05\xff"},
		{"another command", "\x05\x01\x00\x05\x02\x00\x01\x7f\x00\x00\x01\x00\x50", "\x05\x00\x05\x07\x00\x01\x00\x00\x00\x00\x00\x00"},
		{"an unknown address", "\x05\x01\x00\x05\x01\x00\x07\x7f", "\x05\x00"},
		{"nobody there", "\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01" + string([]byte{byte(port >> 8), byte(port)}), "\x05\x00\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00"},
	} {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte(c.send)); err != nil {
			t.Fatal(err)
		}
		var all []byte
		buf := make([]byte, 100)
		for {
			n, err := conn.Read(buf)
			all = append(all, buf[:n]...)
			if err != nil {
				break
			}
		}
		_ = conn.Close()
		if string(all) != c.want {
			t.Errorf("%s: %q, want %q", c.name, all, c.want)
		}
		p.Await(t, "error:")
	}
}

// FuzzWire: whatever comes, a message is complete or not, and never longer than what there is.
func FuzzWire(f *testing.F) {
	f.Add([]byte("\x05\x01\x00"))
	f.Add([]byte("\x05\x01\x00\x03\x09localhost\x00\x50"))
	f.Add([]byte("\x05\x01\x00\x04" + strings.Repeat("\xfd", 16) + "\x00\x50"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 {
			return // they are not asked about nothing
		}
		if _, n, err := parseGreeting(b); n > len(b) || n < 0 || err != nil && n != 0 {
			t.Errorf("greeting of %d bytes took %d, %v", len(b), n, err)
		}
		r, n, err := parseRequest(b)
		if n > len(b) || n < 0 || err != nil && n != 0 {
			t.Errorf("request of %d bytes took %d, %v", len(b), n, err)
		}
		if n == 0 || err != nil || b[3] == domainName && bytes.ContainsAny(b[5:n-2], "[]") {
			return // a name with brackets is none, and whoever dials it is told so
		}
		host, _, err := net.SplitHostPort(r.address)
		if err != nil || b[3] == domainName && host != string(b[5:n-2]) {
			t.Errorf("address %q of %q: %v", r.address, b[:n], err)
		}
	})
}
