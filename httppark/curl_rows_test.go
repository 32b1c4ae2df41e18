package httppark

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestCurlKeepAlive(t *testing.T) {
	curls(t, func(t *testing.T, start func(*http.Server, ...Option) *site) {
		s := start(&http.Server{Handler: echo})
		c := s.curl([]string{"/a"}, []string{"/b", "--data", "posted"}, []string{"/c"})
		c.prints("/a" + told("200", "1.1", "1"))
		s.rest()
		c.next()
		c.prints("/bposted" + told("200", "1.1", "0"))
		s.rest()
		c.next()
		c.prints("/c" + told("200", "1.1", "0"))
		c.succeeds()
		if n := s.l.Stats(); s.parks && n.Resumes < 2 {
			t.Errorf("%+v", n)
		}
	})
}

func TestCurlHTTP10(t *testing.T) {
	curls(t, func(t *testing.T, start func(*http.Server, ...Option) *site) {
		s := start(&http.Server{Handler: echo})
		old := []string{"--http1.0", "--no-alpn"} // or it offers http/1.0, which no server has
		kept := append(old, "--header", "Connection: keep-alive")
		c := s.curl(append([]string{"/a"}, kept...), append([]string{"/b"}, old...), append([]string{"/c"}, old...))
		c.prints("/a" + told("200", "1", "1"))
		s.rest()
		c.next()
		c.prints("/b" + told("200", "1", "0"))
		if got, want := s.await(t), "new active idle active closed"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		c.next()
		c.prints("/c" + told("200", "1", "1"))
		c.succeeds()
	})
}

// TestCurlPipelining: curl has given up pipelining with version 7.65, so this is
// what it sends of somebody else's. TestPipelining cuts it in all places.
func TestCurlPipelining(t *testing.T) {
	curls(t, func(t *testing.T, start func(*http.Server, ...Option) *site) {
		s := start(&http.Server{Handler: echo})
		c := s.raw(fmt.Sprintf(get+get, "a", "b") + "GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n")
		for _, want := range []string{"/a", "/b", "/c"} {
			c.answers(want)
		}
		c.succeeds()
		if got, want := s.await(t), "new active idle active idle active closed"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

// TestCurlExpectContinue: curl holds the body back for as long as it may live unless it is
// told to go on, over a new connection and over one that was idle.
func TestCurlExpectContinue(t *testing.T) {
	curls(t, func(t *testing.T, start func(*http.Server, ...Option) *site) {
		s := start(&http.Server{Handler: echo})
		request := []string{"/e", "--include", "--header", "Expect: 100-continue", "--expect100-timeout", fmt.Sprint(2 * patient.Seconds()), "--data", "ok"}
		c := s.curl(request, request)
		for i := range 2 {
			if i > 0 {
				s.rest()
				c.next()
			}
			c.prints("HTTP/1.1 100 Continue\r\n\r\n")
			c.answers("/eok")
			c.prints(told("200", "1.1", fmt.Sprint(1-i)))
		}
		c.succeeds()
	})
}

// TestCurlUpgrade: a WebSocket's handshake over a connection that was idle, and what the
// one who has hijacked it sends after that.
func TestCurlUpgrade(t *testing.T) {
	curls(t, func(t *testing.T, start func(*http.Server, ...Option) *site) {
		goOn, given := make(chan bool), make(chan bool)
		var over sync.WaitGroup
		defer over.Wait()
		defer close(given)
		s := start(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Upgrade") == "" {
				echo(w, r)
				return
			}
			c, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			over.Go(func() {
				defer c.Close()
				// The answer to the key is that of RFC 6455, section 1.3.
				for _, message := range []string{
					"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
						"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\x81\x05first",
					"\x81\x06second", "\x88\x00",
				} {
					if _, err := io.WriteString(c, message); err != nil {
						t.Error(err)
						return
					}
					select {
					case <-goOn:
					case <-given:
						return
					}
				}
			})
		})})
		c := s.curl([]string{"/"}, []string{
			"/", "--include", "--header", "Connection: Upgrade", "--header", "Upgrade: websocket",
			"--header", "Sec-WebSocket-Version: 13", "--header", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
		})
		c.prints("/" + told("200", "1.1", "1"))
		s.rest()
		c.next()
		res, err := http.ReadResponse(c.out, nil)
		if err != nil || res.StatusCode != http.StatusSwitchingProtocols {
			t.Fatal(res, err)
		}
		for _, frame := range []string{"\x81\x05first", "\x81\x06second", "\x88\x00"} {
			c.prints(frame)
			goOn <- true
		}
		c.prints(told("101", "1.1", "0"))
		c.succeeds()
		if got, want := s.await(t), "new active idle active hijacked"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

// TestCurlServerSentEvents: each event comes when it is sent, over a connection that was
// idle, until curl is killed.
func TestCurlServerSentEvents(t *testing.T) {
	curls(t, func(t *testing.T, start func(*http.Server, ...Option) *site) {
		events, ended := make(chan int), make(chan error, 1)
		s := start(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Accept") != "text/event-stream" {
				echo(w, r)
				return
			}
			w.Header().Set("Content-Type", "text/event-stream")
			for {
				select {
				case i := <-events:
					fmt.Fprintf(w, "data: %d\n\n", i)
					if err := http.NewResponseController(w).Flush(); err != nil {
						t.Error(err)
					}
				case <-r.Context().Done():
					ended <- r.Context().Err()
					return
				}
			}
		})})
		c := s.curl([]string{"/"}, []string{"/", "--header", "Accept: text/event-stream"})
		c.prints("/" + told("200", "1.1", "1"))
		s.rest()
		c.next()
		for i := range 10 {
			events <- i
			c.prints(fmt.Sprintf("data: %d\n\n", i))
		}
		if err := c.cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != context.Canceled {
			t.Error(err)
		}
	})
}

// TestCurlStreaming: an upload in chunks, each of which the handler has before curl knows
// of the next, and after it another request over the same connection. curl reads what it
// is to send before it looks for an answer, so TestStreaming has both directions at once.
func TestCurlStreaming(t *testing.T) {
	curls(t, func(t *testing.T, start func(*http.Server, ...Option) *site) {
		arrived := make(chan string, 10)
		s := start(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPut {
				echo(w, r)
				return
			}
			if !slices.Equal(r.TransferEncoding, []string{"chunked"}) {
				t.Errorf("the request's encoding is %q", r.TransferEncoding)
			}
			rc := http.NewResponseController(w)
			if err := rc.EnableFullDuplex(); err != nil {
				t.Error(err)
			}
			buf := make([]byte, 100)
			for {
				n, err := r.Body.Read(buf)
				if n > 0 {
					arrived <- string(buf[:n])
					fmt.Fprintf(w, "<%s>", buf[:n])
					if err := rc.Flush(); err != nil {
						t.Error(err)
					}
				}
				if err != nil {
					return
				}
			}
		})})
		c := s.curl([]string{"/a"}, []string{"/up", "--upload-file", "-", "--header", "Expect:"}, []string{"/b"})
		c.prints("/a" + told("200", "1.1", "1"))
		s.rest()
		c.next()
		for _, word := range []string{"one", "two", "three"} {
			if _, err := io.WriteString(c.in, word); err != nil {
				t.Fatal(err)
			}
			select {
			case got := <-arrived:
				if got != word {
					t.Fatalf("%q, want %q", got, word)
				}
			case <-time.After(patient):
				t.Fatalf("%q has not arrived", word)
			}
			if n := s.l.Stats(); n.Parked != 0 {
				t.Errorf("%+v", n)
			}
		}
		if err := c.in.Close(); err != nil {
			t.Error(err)
		}
		c.prints("<one><two><three>" + told("200", "1.1", "0"))
		s.rest()
		c.next()
		c.prints("/b" + told("200", "1.1", "0"))
		c.succeeds()
	})
}

// TestCurlLeaves: the request's context ends when curl is killed.
func TestCurlLeaves(t *testing.T) {
	curls(t, func(t *testing.T, start func(*http.Server, ...Option) *site) {
		begun, ended := make(chan bool), make(chan error, 1)
		s := start(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/wait" {
				echo(w, r)
				return
			}
			begun <- true
			<-r.Context().Done()
			ended <- r.Context().Err()
		})})
		c := s.curl([]string{"/"}, []string{"/wait"})
		c.prints("/" + told("200", "1.1", "1"))
		s.rest()
		c.next()
		<-begun
		if err := c.cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != context.Canceled {
			t.Error(err)
		}
	})
}

func TestCurlHooks(t *testing.T) {
	curls(t, func(t *testing.T, start func(*http.Server, ...Option) *site) {
		var mu sync.Mutex
		contexts := 0
		s := start(&http.Server{
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprint(w, r.Context().Value(key("base")), r.Context().Value(key("conn")))
			}),
			BaseContext: func(net.Listener) context.Context {
				return context.WithValue(context.Background(), key("base"), "base")
			},
			ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
				mu.Lock()
				defer mu.Unlock()
				contexts++
				return context.WithValue(ctx, key("conn"), contexts)
			},
		})
		c := s.curl([]string{"/"}, []string{"/"})
		c.prints("base1" + told("200", "1.1", "1"))
		s.rest()
		c.next()
		c.prints("base1" + told("200", "1.1", "0"))
		c.succeeds()
		if got, want := s.await(t), "new active idle active idle closed"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		c = s.curl([]string{"/"})
		c.prints("base2" + told("200", "1.1", "1"))
		c.succeeds()
	})
}

func TestCurlLimits(t *testing.T) {
	curls(t, func(t *testing.T, start func(*http.Server, ...Option) *site) {
		s := start(&http.Server{
			MaxHeaderBytes: 1, // and 4096, which net/http adds
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.Body = http.MaxBytesReader(w, r.Body, 3)
				echo(w, r)
			}),
		})
		for _, limited := range []struct {
			args         []string
			body, status string
		}{
			{[]string{"/", "--header", "Long: " + strings.Repeat("a", 8192)}, "431 Request Header Fields Too Large", "431"},
			{[]string{"/", "--data", "abcd"}, "http: request body too large\n", "400"},
		} {
			c := s.curl([]string{"/", "--data", "abc"}, limited.args, []string{"/"})
			c.prints("/abc" + told("200", "1.1", "1"))
			s.rest()
			c.next()
			c.prints(limited.body + told(limited.status, "1.1", "0"))
			if got, want := s.await(t), "new active idle active closed"; got != want {
				t.Errorf("%s, want %s", got, want)
			}
			c.next()
			c.prints("/" + told("200", "1.1", "1"))
			c.succeeds()
			s.await(t)
			s.rest()
		}
	})
}

func TestCurlIdleTimeout(t *testing.T) {
	curls(t, func(t *testing.T, start func(*http.Server, ...Option) *site) {
		s := start(&http.Server{Handler: echo, IdleTimeout: short})
		c := s.curl([]string{"/a"}, []string{"/b"})
		c.prints("/a" + told("200", "1.1", "1"))
		if got, want := s.await(t), "new active idle closed"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		c.next()
		c.prints("/b" + told("200", "1.1", "1"))
		c.succeeds()
	})
}

// TestCurlReadHeaderTimeout: a request whose head does not end is given up, and not
// answered, after one that was answered.
func TestCurlReadHeaderTimeout(t *testing.T) {
	curls(t, func(t *testing.T, start func(*http.Server, ...Option) *site) {
		inTime(t, func(t *testing.T, limit time.Duration) bool {
			s := start(&http.Server{Handler: echo, ReadHeaderTimeout: limit})
			c := s.raw(fmt.Sprintf(get, "a") + "GET /b HTTP/1.1\r\nHost: x")
			if err := c.answered("/a"); err != nil {
				c.ends()
				return false
			}
			c.succeeds()
			// It is active if not all that came of the second head came with the first.
			if got := s.await(t); !strings.HasSuffix(got, "idle closed") && !strings.HasSuffix(got, "active closed") {
				t.Error(got)
			}
			return true
		})
	})
}

// TestCurlSlowHeader: the same after a pause. For curl the second request is the first
// one's body, which has an end for the server only.
func TestCurlSlowHeader(t *testing.T) {
	curls(t, func(t *testing.T, start func(*http.Server, ...Option) *site) {
		s := start(&http.Server{Handler: echo, ReadHeaderTimeout: 4 * short})
		c := s.curl([]string{"/a", "--upload-file", "-", "--header", "Transfer-Encoding:", "--header", "Content-Length: 0", "--header", "Expect:"})
		s.rest()
		if _, err := io.WriteString(c.in, "GET /b HTTP/1.1\r\nHost: x\r\n"); err != nil {
			t.Fatal(err)
		}
		want := "new active idle closed"
		if s.parks {
			want = "new active idle active closed" // the difference that the package's comment names
		}
		if got := s.await(t); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if err := c.in.Close(); err != nil {
			t.Error(err)
		}
		c.ends() // what it makes of that is not the server's
	})
}

func TestCurlShutdown(t *testing.T) {
	curls(t, func(t *testing.T, start func(*http.Server, ...Option) *site) {
		begun, goOn := make(chan bool), make(chan bool)
		s := start(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/wait" {
				begun <- true
				<-goOn
			}
			echo(w, r)
		})})
		idle, active := s.pair(begun)
		down := make(chan error)
		go func() { down <- s.srv.Shutdown(t.Context()) }()
		if got, want := s.await(t), "new active idle closed"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		idle.gone()
		select {
		case err := <-down:
			t.Error("Shutdown did not wait:", err)
		default:
		}
		close(goOn)
		active.prints("/wait" + told("200", "1.1", "0"))
		active.succeeds()
		if err := <-down; err != nil {
			t.Error(err)
		}
	})
}

func TestCurlServerClose(t *testing.T) {
	curls(t, func(t *testing.T, start func(*http.Server, ...Option) *site) {
		begun := make(chan bool)
		s := start(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/wait" {
				echo(w, r)
				return
			}
			fmt.Fprint(w, "part") // or curl tries once more
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
			begun <- true
			<-r.Context().Done()
			panic(http.ErrAbortHandler)
		})})
		idle, active := s.pair(begun)
		active.prints("part")
		if err := s.srv.Close(); err != nil {
			t.Error(err)
		}
		idle.gone()
		// It says that the body has an end too soon, or that the connection has.
		if out, code := active.ends(); code != 18 && code != 56 {
			t.Errorf("exit code %d, %q", code, out)
		}
	})
}

// pair returns a curl whose connection is idle, and one whose request is being
// served.
func (s *site) pair(begun <-chan bool) (idle, active *curling) {
	s.t.Helper()
	idle, active = s.curl([]string{"/"}, []string{"/again"}), s.curl([]string{"/"}, []string{"/wait"})
	for _, c := range []*curling{idle, active} {
		c.prints("/" + told("200", "1.1", "1"))
		s.rest()
	}
	active.next()
	<-begun
	return idle, active
}

// gone sees that its connection cannot be used any more. Another test's server may have the
// address by now.
func (c *curling) gone() {
	c.t.Helper()
	c.next()
	if out, code := c.ends(); code == 0 && !strings.HasSuffix(out, " 1]\n") {
		c.t.Errorf("it was served: %s", out)
	}
}
