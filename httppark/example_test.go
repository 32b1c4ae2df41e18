package httppark_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/goetia-go/goetia/httppark"
)

// An ordinary server, whose idle connections cost almost nothing.
func ExampleListen() {
	srv := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintln(w, "hello", r.URL.Path)
		}),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Hour, // which is cheap now
	}
	l, err := httppark.Listen("tcp", "127.0.0.1:0", httppark.WithServer(srv))
	if err != nil {
		panic(err)
	}
	done := make(chan error)
	go func() { done <- srv.Serve(l) }()

	res, err := http.Get("http://" + l.Addr().String() + "/world")
	if err != nil {
		panic(err)
	}
	_, _ = io.Copy(printer{}, res.Body)
	res.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	srv.Close()
	<-done
	// Output: hello /world
}

type printer struct{}

func (printer) Write(p []byte) (int, error) {
	fmt.Print(string(p))
	return len(p), nil
}

// A listener that is there already: here one that speaks TLS, with HTTP/2 for those who
// want it.
func ExampleWrap() {
	config := &tls.Config{ /* Certificates */ NextProtos: []string{"h2", "http/1.1"}}
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	srv := &http.Server{}
	l := httppark.Wrap(tls.NewListener(inner, config), srv, httppark.WithMaxParked(100_000, httppark.CloseOldest))
	defer l.Close()
	fmt.Println("parking:", l.Err() == nil)
	// err = srv.Serve(l)
	// Output: parking: true
}

// A protocol of one's own after a hijack: each line is answered, and between two lines
// the connection costs almost nothing.
func ExampleParker() {
	parker := &httppark.Parker{MessageTimeout: time.Second, IdleTimeout: time.Hour}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, err = parker.Park(conn, rw.Reader, func(conn net.Conn) error {
			var line [64]byte
			n, err := conn.Read(line[:])
			if err == nil {
				_, err = fmt.Fprintf(conn, "you said %s", line[:n])
			}
			return err
		})
		if err != nil {
			conn.Close()
		}
	})
	srv := &http.Server{Handler: handler}
	srv.RegisterOnShutdown(func() { parker.Close() })
	fmt.Println(parker.Len())
	// Output: 0
}
