package debug

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/goetia-go/goetia"
)

func init() {
	// With a method, as pprof has it: without one it would clash with a program's own
	// "GET /", which is wider in one respect and narrower in another.
	http.Handle("GET /debug/goetia/{$}", Handler(nil))
}

// Handler returns the page of a Reactor, or of [goetia.Default] if r is nil; that one is
// opened when the page is first asked for. It answers GET and HEAD, whatever the path. It
// is safe for concurrent use, and for a Reactor that is closed.
func Handler(r *goetia.Reactor) http.Handler {
	h := &handler{reactor: goetia.Default, turn: make(chan struct{}, 1)}
	if r != nil {
		h.reactor = func() (*goetia.Reactor, error) { return r, nil }
	}
	return h
}

type handler struct {
	reactor func() (*goetia.Reactor, error)
	meter   meter
	// turn has one place: pages are made one after the other, so that many who look
	// cost no more than one.
	turn chan struct{}
}

func (h *handler) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	head := w.Header()
	// Nothing that is shown may be kept, framed, or taken for something else; and if
	// some value were not escaped, it still could load and run nothing.
	head.Set("Cache-Control", "no-store")
	head.Set("Content-Security-Policy", policy)
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("X-Content-Type-Options", "nosniff")
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	r, err := h.reactor()
	if err != nil {
		http.Error(w, "the default Reactor cannot be opened: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	ask := parse(req.URL.Query())
	body, err := h.make(req.Context(), r, ask)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	head.Set("Content-Type", "text/html; charset=utf-8")
	if ask.json {
		head.Set("Content-Type", "application/json")
	}
	head.Set("Content-Length", strconv.Itoa(len(body)))
	if req.Method == http.MethodGet {
		_, _ = w.Write(body) // it fails if the reader has gone
	}
}

// make makes what is sent, for one request at a time.
func (h *handler) make(ctx context.Context, r *goetia.Reactor, ask query) ([]byte, error) {
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var body bytes.Buffer
	v := look(ctx, r, &h.meter, ask)
	if ask.json {
		err := json.NewEncoder(&body).Encode(v)
		return body.Bytes(), err
	}
	err := page.Execute(&body, v)
	return body.Bytes(), err
}
