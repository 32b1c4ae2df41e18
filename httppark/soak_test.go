package httppark

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestManyWithPauses: clients that send requests in pieces, several at a time or after
// pauses of about the time for lingering, get the responses to all of them, in order, while
// connections are parked, expire and are kicked all the time.
func TestManyWithPauses(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		e := start(&http.Server{Handler: echo}, ticks, WithLinger(shortTick, 2*shortTick))
		clients, rounds := 24, 40
		if testing.Short() {
			clients, rounds = 8, 10
		}
		var all sync.WaitGroup
		for n := range clients {
			p := e.dial()
			all.Go(func() {
				random := rand.New(rand.NewPCG(1, uint64(n)))
				for i := range rounds {
					if err := p.SetDeadline(time.Now().Add(patient)); err != nil {
						t.Error(err)
						return
					}
					var out bytes.Buffer
					var want []string
					for j := range 1 + random.IntN(3) {
						body := fmt.Sprintf("%d-%d-%d", n, i, j)
						if random.IntN(2) == 0 {
							fmt.Fprintf(&out, "POST /%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%[1]s", body, len(body))
							want = append(want, "/"+body+body)
						} else {
							fmt.Fprintf(&out, get, body)
							want = append(want, "/"+body)
						}
					}
					for out.Len() > 0 {
						piece := out.Next(1 + random.IntN(out.Len()))
						if _, err := p.Write(piece); err != nil {
							t.Errorf("client %d, round %d: %v", n, i, err)
							return
						}
						if out.Len() > 0 && random.IntN(8) == 0 {
							<-time.After(time.Duration(random.Int64N(int64(2 * shortTick))))
						}
					}
					for _, w := range want {
						res, err := http.ReadResponse(p.r, nil)
						if err != nil {
							t.Errorf("client %d, round %d: %v", n, i, err)
							return
						}
						got, err := io.ReadAll(res.Body)
						res.Body.Close()
						if err != nil || string(got) != w {
							t.Errorf("client %d, round %d: %q, want %q, %v", n, i, got, w, err)
							return
						}
					}
					if random.IntN(4) == 0 {
						<-time.After(time.Duration(random.Int64N(int64(4 * shortTick))))
					}
				}
			})
		}
		all.Wait()
		if s := e.l.Stats(); e.parks && (s.Parks == 0 || s.Failed != 0) {
			t.Errorf("%+v", s)
		}
	})
}

// TestRaces: connections are parked, resumed, closed by their clients, by the program
// and by a limit at the same time, and in the end none is left.
func TestRaces(t *testing.T) {
	for _, opts := range [][]Option{nil, {WithThinParking(false)}} {
		if opts != nil && !canSlim {
			continue
		}
		t.Run(fmt.Sprint(len(opts)), func(t *testing.T) {
			t.Parallel()
			h := &history{ended: make(chan net.Conn, 10_000)}
			var mu sync.Mutex
			kept := make(map[net.Conn]bool)
			opts := append(opts, ticks, WithLinger(0, 0), WithMaxParked(8, CloseOldest), WithIdleLimit(2*shortTick))
			e := startServer(t, true, false, &http.Server{Handler: echo, ConnState: func(c net.Conn, s http.ConnState) {
				mu.Lock()
				if s == http.StateNew {
					kept[c] = true
				} else if s == http.StateClosed {
					delete(kept, c)
				}
				mu.Unlock()
				h.hook(c, s)
			}}, opts...)
			clients, rounds := 16, 30
			if testing.Short() {
				clients, rounds = 6, 10
			}
			var all sync.WaitGroup
			for n := range clients {
				all.Go(func() {
					random := rand.New(rand.NewPCG(2, uint64(n)))
					for range rounds {
						c, err := net.Dial("tcp", e.l.Addr().String())
						if err != nil {
							t.Error(err)
							return
						}
						r := bufio.NewReader(c)
						for range random.IntN(5) {
							if _, err := fmt.Fprintf(c, get, "x"); err != nil {
								break // it was closed as idle, or as the oldest
							}
							res, err := http.ReadResponse(r, nil)
							if err != nil {
								break
							}
							if body, err := io.ReadAll(res.Body); err != nil || string(body) != "/x" {
								t.Errorf("%q, %v", body, err)
							}
							if random.IntN(4) == 0 {
								<-time.After(time.Duration(random.Int64N(int64(4 * shortTick))))
							}
						}
						if random.IntN(2) == 0 {
							mu.Lock()
							for c := range kept { // any
								_ = c.Close()
								break
							}
							mu.Unlock()
						}
						c.Close()
					}
				})
			}
			all.Wait()
			for range clients * rounds {
				h.await(t)
			}
			if s := e.l.Stats(); s.Parked+s.Serving+s.Resuming != 0 || s.Failed != 0 {
				t.Errorf("%+v", s)
			}
			h.mu.Lock()
			defer h.mu.Unlock()
			for _, states := range h.states {
				if got := strings.Join(states, " "); strings.Count(got, "new") != strings.Count(got, "closed") || !strings.HasSuffix(got, "closed") {
					t.Error(got)
				}
			}
		})
	}
}
