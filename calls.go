package goetia

import (
	"context"
	"fmt"
	"runtime/trace"
	"sync"
)

// calls is what has fired and waits for a goroutine. It is guarded by shard.mu.
type calls struct {
	queue ring
	// stale is how many jobs in queue find nothing to call: what they are for was stopped or
	// set anew meanwhile.
	stale int
	// workers are the goroutines that run callbacks; starting are those of them that
	// have not looked at the queue yet.
	workers, starting int
	// limit bounds workers, unless it is zero.
	limit int
	// inline are calls that do not block, for whoever gives the lock up.
	inline *[]call
	// run is shard.work, bound once: a go statement with it allocates nothing.
	run func()
}

// call is a function with its argument, and the watch that it belongs to, if any.
type call struct {
	f     func(Readiness)
	ready Readiness
	w     *Watch
}

// job is a watch or a timer that has fired. There is one of each in the queue at most: where
// nothing runs callbacks for long, those that are stopped and fire again must not fill the memory.
type job struct {
	w *Watch
	t *Timer
	// at is when it was found out that w is ready, for the first time since it is in the queue.
	at int64
}

// enter puts a job in the queue, unless it is there, as noted in there: what was stopped keeps
// its place.
func (c *calls) enter(j job, there *bool) {
	if *there {
		c.stale--
		return
	}
	*there = true
	c.queue.push(j)
}

// waiting is how many callbacks wait for a goroutine.
func (c *calls) waiting() int { return c.queue.len() - c.stale }

// take returns how many goroutines to start, so that each job without a limit has one,
// and the inline calls.
func (c *calls) take() (spawn int, inline *[]call) {
	spawn = c.queue.len() - c.starting
	if c.limit > 0 {
		spawn = min(spawn, c.limit-c.workers)
	}
	spawn = max(spawn, 0)
	c.workers += spawn
	c.starting += spawn
	inline, c.inline = c.inline, nil
	return spawn, inline
}

var inlines = sync.Pool{New: func() any { return new([]call) }}

// now adds a call that does not block.
func (c *calls) now(add call) {
	if c.inline == nil {
		c.inline = inlines.Get().(*[]call)
	}
	*c.inline = append(*c.inline, add)
}

// callAll makes calls. If one of them ends the goroutine, another one makes the rest.
func callAll(list *[]call) {
	made, all := 0, false
	defer func() {
		if all {
			return // and the list may be somebody else's by now
		}
		c := (*list)[made]
		c.called()
		if v := recover(); v != nil {
			if c.w == nil {
				panic(v)
			}
			panic(c.w.blame(v))
		}
		// It has called runtime.Goexit.
		rest := (*list)[made+1:]
		go callAll(&rest)
	}()
	for _, c := range *list {
		c.f(c.ready)
		c.called()
		made++
	}
	all = true
	clear(*list)
	*list = (*list)[:0]
	inlines.Put(list)
}

// called follows the call. If its watch has fired meanwhile, which it may have made happen itself
// where bytes are here already, that is another goroutine's: made in the middle of this one it
// would meet the locks of this one, and so on without end, and made after it would keep
// everything else waiting for as long as there are bytes.
func (c call) called() {
	w := c.w
	if w == nil {
		return
	}
	sh := w.shard()
	sh.mu.Lock()
	again := w.state == queued
	if again {
		w.state = idle
		c.ready = w.ready
	} else {
		w.claimed = false
	}
	sh.mu.Unlock() // nobody has to be started or told
	if again {
		list := []call{c}
		go callAll(&list)
	}
}

// work runs callbacks until none waits. It is a goroutine: without a limit there is
// one for each callback, so that none waits for another; but one that is done takes the
// next before it ends, and saves that one's a turn.
func (sh *shard) work() {
	left := false
	var running *Timer
	defer func() {
		if !left { // a callback called runtime.Goexit
			sh.mu.Lock()
			if running != nil {
				running.again()
			}
			sh.calls.workers--
			sh.unlock().run()
		}
	}()
	sh.mu.Lock()
	sh.calls.starting--
	for {
		j, ok := sh.calls.queue.pop()
		if !ok {
			sh.calls.workers--
			left = true
			sh.unlock().run()
			return
		}
		if j.w != nil {
			j.w.claimed = false
		} else {
			j.t.claimed = false
		}
		switch {
		case j.w != nil && j.w.state == queued:
			w, ready := j.w, j.w.ready
			w.state = idle
			sh.latency.add(clock() - j.at)
			sh.mu.Unlock()
			w.call(ready)
			sh.mu.Lock()
		case j.t != nil && j.t.state == queued:
			t := j.t
			t.state, t.running, running = idle, t.every != 0, t
			sh.mu.Unlock()
			t.call()
			sh.mu.Lock()
			t.again()
			running = nil
		default:
			sh.calls.stale--
		}
	}
}

// call runs a watch's callback. That is the end of the program if it panics.
func (w *Watch) call(ready Readiness) {
	defer func() {
		if v := recover(); v != nil {
			panic(w.blame(v))
		}
	}()
	if trace.IsEnabled() {
		defer trace.StartRegion(context.Background(), "goetia.callback").End()
	}
	w.f(ready)
}

// blame adds to what a callback has panicked with where its watch was made. The stack of
// the panic is still there, and is printed as well.
func (w *Watch) blame(v any) string {
	return fmt.Sprintf("%v\n\tin the callback of a watch for %v that was registered at %s", v, w.in, w.Site())
}

// call runs a timer's function.
func (t *Timer) call() {
	if trace.IsEnabled() {
		defer trace.StartRegion(context.Background(), "goetia.timer").End()
	}
	t.f()
}
