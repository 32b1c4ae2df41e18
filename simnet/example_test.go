package simnet_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/simnet"
)

// Two ends, and a Reactor that waits for one of them.
func ExamplePipe() {
	r, err := goetia.New(goetia.WithSimulation(), goetia.WithBackground())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	a, b := simnet.Pipe()
	defer a.Close()
	defer b.Close()

	done := make(chan goetia.Readiness)
	if _, err := r.AfterReadable(a, func(ready goetia.Readiness) { done <- ready }); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Fprint(b, "hello")
	fmt.Println(<-done)
	// Output: readable
}

// net/http over a simulated network: nothing has to know.
func ExampleHost_DialContext() {
	var n simnet.Network
	l, err := n.Host("www.example.com").Listen("tcp", ":80")
	if err != nil {
		fmt.Println(err)
		return
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello %s", r.RemoteAddr)
	})}
	go srv.Serve(l)
	defer srv.Close()

	transport := &http.Transport{DialContext: n.Host("10.1.1.1").DialContext}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get("http://www.example.com/")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(resp.Status, string(body), err)
	// Output: 200 OK hello 10.1.1.1:32768 <nil>
}

// A server that closes idle connections. Inside synctest.Test the hour passes at once, and
// the program sees all of it; TestExampleServer is this example there.
func ExampleNetwork() {
	took, err := idle(time.Hour / 36000) // a tenth of a second
	fmt.Println(err, took > 0)
	// Output: EOF true
}

func TestExampleServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if took, err := idle(time.Hour); err != io.EOF || took != time.Hour+2*time.Second {
			t.Errorf("%v after %v", err, took)
		}
	})
}

// idle connects to a server, says nothing, and returns how that ended and when.
func idle(limit time.Duration) (time.Duration, error) {
	r, err := goetia.New(goetia.WithSimulation(), goetia.WithBackground())
	if err != nil {
		return 0, err
	}
	defer r.Close()
	n := simnet.Network{Default: simnet.Link{Latency: limit / 3600}}
	l, err := n.Host("server").Listen("tcp", ":80")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	go serve(r, l, limit)

	start := time.Now()
	conn, err := n.Host("client").Dial("tcp", "server:80")
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	_, err = conn.Read(make([]byte, 1))
	return time.Since(start), err
}

// serve closes connections that say nothing for too long.
func serve(r *goetia.Reactor, l net.Listener, limit time.Duration) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		w, err := r.AfterReadable(conn, func(ready goetia.Readiness) {
			if ready.Has(goetia.TimedOut) {
				conn.Close()
			}
		})
		if err == nil {
			w.SetTimeout(limit)
		}
	}
}

// A partition: what is written meanwhile arrives after it.
func ExampleNetwork_Partition() {
	var n simnet.Network
	east, west := n.Host("east"), n.Host("west")
	l, err := west.Listen("tcp", ":80")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	a, err := east.DialContext(context.Background(), "tcp", "west:80")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer a.Close()
	b, err := l.Accept()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer b.Close()

	n.Partition([]*simnet.Host{east}, []*simnet.Host{west})
	fmt.Fprint(a, "are you there?")
	b.SetReadDeadline(time.Now().Add(time.Millisecond))
	buf := make([]byte, 100)
	_, err = b.Read(buf)
	fmt.Println("timeout:", errors.Is(err, os.ErrDeadlineExceeded))

	n.Heal()
	b.SetReadDeadline(time.Time{})
	k, err := b.Read(buf)
	fmt.Println(string(buf[:k]), err)
	// Output:
	// timeout: true
	// are you there? <nil>
}
