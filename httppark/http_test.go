package httppark

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
)

const get = "GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"

func TestKeepAlive(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		e := start(&http.Server{Handler: echo})
		reused := 0
		for i := range 20 {
			req, err := http.NewRequest(http.MethodPost, e.url+"/a", strings.NewReader(fmt.Sprint(i)))
			if err != nil {
				t.Fatal(err)
			}
			res, err := e.client.Do(req.WithContext(counting(t, &reused)))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || string(body) != "/a"+fmt.Sprint(i) {
				t.Fatalf("%q, %v", body, err)
			}
			e.settle()
		}
		if reused < 15 {
			t.Errorf("%d of 20 connections were reused", reused)
		}
		if s := e.l.Stats(); e.parks && (s.Parks != 20 || s.Resumes != uint64(reused) || reused == 19 && s.Parked != 1) {
			t.Errorf("%+v, and %d were reused", s, reused)
		}
	})
}

// counting counts the requests that a client makes over a connection that there was. It may give one up
// by itself: if it is held up for 50 ms between sending a request and seeing that it was sent.
func counting(t *testing.T, reused *int) context.Context {
	return httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if info.Reused {
			*reused++
		}
	}})
}

func TestHTTP10(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		e := start(&http.Server{Handler: echo})
		p := e.dial()
		for range 3 {
			p.send("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
			p.expect("/old")
			e.settle()
		}
		p.send("GET /last HTTP/1.0\r\n\r\n")
		p.expect("/last")
		p.ended()
	})
}

// TestPipelining: whatever of the next request is there when the response has been
// sent is not lost.
func TestPipelining(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		e := start(&http.Server{Handler: echo})
		p := e.dial()
		next := fmt.Sprintf(get, "b")
		for cut := range len(next) + 1 {
			p.send(fmt.Sprintf(get, "a") + next[:cut])
			p.expect("/a")
			if cut == 0 {
				e.settle()
			}
			p.send(next[cut:])
			p.expect("/b")
			e.settle()
		}
		var all strings.Builder
		for i := range 50 {
			fmt.Fprintf(&all, get, fmt.Sprint(i))
		}
		p.send(all.String())
		for i := range 50 {
			p.expect(fmt.Sprintf("/%d", i))
		}
		e.settle()
	})
}

// TestSlowRequest: a request that comes byte by byte, after a pause, is served.
func TestSlowRequest(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		e := start(&http.Server{Handler: echo})
		p := e.dial()
		for range 2 {
			for _, b := range []byte("POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc") {
				p.send(string(b))
			}
			p.expect("/slowabc")
			e.settle()
		}
	})
}

// TestLineEndsAfterPost: old clients send an empty line after the body of a POST.
func TestLineEndsAfterPost(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		e := start(&http.Server{Handler: echo})
		p := e.dial()
		for _, end := range []string{"", "\r\n", "\r\n\r\n"} {
			p.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na")
			p.expect("/pa")
			e.settle()
			p.send(end + fmt.Sprintf(get, "q"))
			p.expect("/q")
			e.settle()
		}
	})
}

func TestExpectContinue(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		e := start(&http.Server{Handler: echo})
		p := e.dial()
		for range 3 {
			p.send("POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
			if line, err := p.r.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
				t.Fatalf("%q, %v", line, err)
			}
			if line, err := p.r.ReadString('\n'); err != nil || line != "\r\n" {
				t.Fatalf("%q, %v", line, err)
			}
			p.send("ok")
			p.expect("/eok")
			e.settle()
		}
	})
}

// TestStreaming: bodies in pieces, in both directions, are not held back and not parked.
func TestStreaming(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		e := start(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rc := http.NewResponseController(w)
			if err := rc.EnableFullDuplex(); err != nil {
				t.Error(err)
			}
			if err := rc.Flush(); err != nil { // the client waits for headers
				t.Error(err)
			}
			buf := make([]byte, 4096) // which is the size of the server's own
			for {
				n, err := r.Body.Read(buf)
				if n > 0 {
					fmt.Fprintf(w, "data: %s\n\n", buf[:n])
					if err := rc.Flush(); err != nil {
						t.Error(err)
					}
				}
				if err != nil {
					return
				}
			}
		})})
		reused := 0
		for i := range 2 {
			r, w := io.Pipe()
			req, err := http.NewRequestWithContext(counting(t, &reused), http.MethodPost, e.url, r)
			if err != nil {
				t.Fatal(err)
			}
			res, err := e.client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			for _, word := range []string{"one", "two", "three"} {
				if _, err := io.WriteString(w, word); err != nil {
					t.Fatal(err)
				}
				got := make([]byte, len("data: \n\n")+len(word))
				if _, err := io.ReadFull(res.Body, got); err != nil || string(got) != "data: "+word+"\n\n" {
					t.Fatalf("%q, %v", got, err)
				}
				if s := e.l.Stats(); s.Parked != 0 && i == reused {
					t.Errorf("%+v", s)
				}
			}
			w.Close()
			if rest, err := io.ReadAll(res.Body); err != nil || len(rest) != 0 {
				t.Fatalf("%q, %v", rest, err)
			}
			res.Body.Close()
			e.settle()
		}
	})
}

// TestLargeBodies: what is large comes through whole, and so does what follows it.
func TestLargeBodies(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		e := start(&http.Server{Handler: echo})
		body := strings.Repeat("0123456789abcdef", 1<<16)
		for range 3 {
			res, err := e.client.Post(e.url+"/", "", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || string(got) != "/"+body {
				t.Fatalf("%d bytes, %v", len(got), err)
			}
			e.settle()
		}
	})
}

func TestLimits(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		e := start(&http.Server{
			MaxHeaderBytes: 1,
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.Body = http.MaxBytesReader(w, r.Body, 3)
				echo(w, r)
			}),
		})
		p := e.dial()
		p.send(fmt.Sprintf(get, ""))
		p.expect("/")
		e.settle()
		p.send("GET / HTTP/1.1\r\nHost: x\r\nLong: " + strings.Repeat("a", 8192) + "\r\n\r\n")
		if res, _ := p.receive(); res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Error(res.Status)
		}
		p.ended()

		p = e.dial()
		p.send(fmt.Sprintf(get, ""))
		p.expect("/")
		e.settle()
		p.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nabcd")
		if res, body := p.receive(); res.StatusCode != http.StatusBadRequest || !strings.Contains(body, "too large") {
			t.Error(res.Status, body)
		}
		p.ended()
	})
}

func TestBadRequest(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		e := start(&http.Server{Handler: echo})
		p := e.dial()
		p.send(fmt.Sprintf(get, ""))
		p.expect("/")
		e.settle()
		p.send("nonsense\r\n\r\n")
		if res, _ := p.receive(); res.StatusCode != http.StatusBadRequest {
			t.Error(res.Status)
		}
		p.ended()
	})
}

// TestConnectionClose: what is not to be kept is closed.
func TestConnectionClose(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		e := start(&http.Server{Handler: echo})
		p := e.dial()
		p.send(fmt.Sprintf(get, ""))
		p.expect("/")
		e.settle()
		p.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		p.expect("/")
		p.ended()
		e.srv.SetKeepAlivesEnabled(false)
		p = e.dial()
		p.send(fmt.Sprintf(get, ""))
		p.expect("/")
		p.ended()
	})
}

// TestPanic: a handler that panics ends its connection and no other.
func TestPanic(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		e := start(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/panic" {
				panic(http.ErrAbortHandler)
			}
			echo(w, r)
		})})
		p, q := e.dial(), e.dial()
		for _, c := range []*peer{p, q} {
			c.send(fmt.Sprintf(get, ""))
			c.expect("/")
			e.settle()
		}
		p.send(fmt.Sprintf(get, "panic"))
		p.ended()
		q.send(fmt.Sprintf(get, "on"))
		q.expect("/on")
		e.settle()
	})
}

// TestRequestTLS: Request.TLS says what it should, after a pause as before.
func TestRequestTLS(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		e := start(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.TLS == nil:
				fmt.Fprint(w, "none")
			case r.TLS.HandshakeComplete && r.TLS.Version != 0:
				fmt.Fprint(w, r.TLS.NegotiatedProtocol)
			}
		})})
		want := "none"
		if e.tls {
			want = "http/1.1"
		}
		for range 3 {
			req, err := http.NewRequest(http.MethodGet, e.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			e.client.Transport.(*http.Transport).ForceAttemptHTTP2 = true // offers both
			res, err := e.client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(res.Body)
			res.Body.Close()
			if string(body) != want {
				t.Errorf("%q, want %q", body, want)
			}
			e.settle()
		}
	})
}
