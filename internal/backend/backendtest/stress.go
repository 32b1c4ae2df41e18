package backendtest

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

// collecting is held by whoever has changed the process' collector: the suites of simulated
// sources run beside one another.
var collecting sync.Mutex

var stressCases = []testCase{
	{
		name:  "garbage-collection",
		shows: "with the collector running all the time traffic flows and no event goes astray: nothing that the kernel writes to is moved or freed",
		alone: true,
		modes: everyMode,
		run: func(e *env) {
			collecting.Lock()
			defer collecting.Unlock()
			defer debug.SetGCPercent(debug.SetGCPercent(1))
			var stop atomic.Bool
			collected := make(chan int, 1)
			go func() {
				n := 0
				for ; !stop.Load(); n++ {
					runtime.GC()
				}
				collected <- n
			}()
			e.traffic(16, e.costly(500))
			stop.Store(true)
			e.Logf("%d collections", receive(e, collected, "the collecting goroutine"))
		},
	},
	{
		name:  "traffic",
		shows: "many streams at once, added, read, armed again and replaced as they come: every byte is told and read",
		modes: everyMode,
		run:   func(e *env) { e.traffic(64, e.costly(1000)) },
	},
}

// traffic sends messages of one byte over several streams from another
// goroutine, reads them as events tell, and now and then deletes a source and
// adds it again under a new key.
func (e *env) traffic(streams, messages int) {
	e.Helper()
	near := make(map[uint64]Endpoint)
	var far []Endpoint
	for i := range uint64(streams) {
		a, b := e.pair()
		near[i] = a
		far = append(far, b)
		e.add(a, i, backend.Readable)
	}
	var stop atomic.Bool
	defer stop.Store(true)
	sent := make(chan error, 1)
	go func() {
		for n := 0; n < messages && !stop.Load(); n++ {
			for i, s := range far {
				if (n+i)%3 == 0 {
					continue // let some rest
				}
				for {
					_, err := s.Write([]byte{byte(n)})
					if err == nil {
						break
					}
					if !errors.Is(err, ErrWouldBlock) {
						sent <- fmt.Errorf("stream %d: %w", i, err)
						return
					}
					if stop.Load() {
						break
					}
					time.Sleep(10 * time.Microsecond)
				}
			}
		}
		sent <- nil
	}()
	want := 0
	for n := range messages {
		for i := range far {
			if (n+i)%3 != 0 {
				want++
			}
		}
	}
	next := uint64(streams)
	got, events := 0, 0
	for got < want {
		for _, ev := range e.next(fmt.Sprintf("%d of %d bytes were read", got, want)) {
			events++
			key := uint64(ev.Token)
			s := near[key]
			if s == nil {
				e.Fatalf("got %s, which was deleted", eventNames([]backend.Event{ev}))
			}
			n, _ := e.drain(s)
			got += n
			switch {
			case events%50 == 0:
				e.delete(s)
				delete(near, key)
				near[next] = s
				e.add(s, next, backend.Readable)
				next++
			case e.mode.IsOneshot():
				e.modify(s, key, backend.Readable)
			}
		}
	}
	e.must(receive(e, sent, "the sending goroutine"), "sending")
	e.Logf("%d bytes in %d events", got, events)
}
