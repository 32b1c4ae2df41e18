package waiting

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/goetia-go/goetia/future"
)

// source is a future that waits for an event.
type source struct{ future.Slot }

func (s *source) Poll(cx *future.Context) (struct{}, bool) {
	s.Register(cx.Waker())
	return struct{}{}, false
}

func (s *source) Cancel() { s.Clear() }

// Tasks are parked in one executor.
type Tasks struct {
	l    future.Local
	last *source
}

// ParkTasks makes n tasks that wait, each with a source of its own.
func ParkTasks(n int) (*Tasks, error) {
	t := new(Tasks)
	for range n {
		t.last = new(source)
		future.Spawn[struct{}](&t.l, t.last)
	}
	polls := 0
	for t.l.TryTick() {
		polls++
	}
	if polls != n || t.l.Len() != n {
		return nil, fmt.Errorf("%d polls, and %d of %d tasks wait", polls, t.l.Len(), n)
	}
	return t, nil
}

// Event wakes a task, which is polled and waits again.
func (t *Tasks) Event() error {
	t.last.Wake()
	if !t.l.TryTick() {
		return fmt.Errorf("nothing was woken")
	}
	return nil
}

// Close cancels them.
func (t *Tasks) Close() { _ = t.l.Close() }

// ParkGoroutines starts n goroutines that wait, each on a channel of its own, and returns what ends them.
func ParkGoroutines(n int) (end func()) {
	channels := make([]chan struct{}, n)
	var started, ended sync.WaitGroup
	started.Add(n)
	for i := range channels {
		c := make(chan struct{})
		channels[i] = c
		ended.Go(func() {
			started.Done()
			<-c
		})
	}
	started.Wait()
	runtime.Gosched()
	return func() {
		for _, c := range channels {
			close(c)
		}
		ended.Wait()
	}
}
