package debug_test

import (
	"net/http"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/debug"
)

// A page for a Reactor of one's own, on a mux that only this machine can reach.
func ExampleHandler() {
	r, err := goetia.New(goetia.WithBackground(), goetia.WithShards(4))
	if err != nil {
		panic(err)
	}
	defer r.Close()
	mux := http.NewServeMux()
	mux.Handle("/reactor/", debug.Handler(r))
	srv := &http.Server{Addr: "127.0.0.1:6060", Handler: mux}
	defer srv.Close()
	// go srv.ListenAndServe()
}
