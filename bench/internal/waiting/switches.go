package waiting

import (
	"context"
	"iter"

	"github.com/goetia-go/goetia/bench/internal/pair"
	"github.com/goetia-go/goetia/coro"
	"github.com/goetia-go/goetia/future"
)

// relay is a future that wakes itself so many times.
type relay struct{ left int }

func (r *relay) Poll(cx *future.Context) (struct{}, bool) {
	if r.left == 0 {
		return struct{}{}, true
	}
	r.left--
	cx.Waker().Wake()
	return struct{}{}, false
}

// polls is how many a turn of WakePoll has, so that spawning the tasks does not count.
const polls = 8192

// WakePoll has so many tasks of one executor woken and polled again. The unit is a wake-up and the
// poll that follows it.
func WakePoll(name string, tasks int) (pair.Rival, func()) {
	w := newWorker()
	var l future.Local
	relays := make([]relay, tasks)
	return pair.Rival{Name: name, Turn: func() (n int, err error) {
		w.do(func() {
			for i := range relays {
				relays[i].left = polls / tasks
				future.Spawn[struct{}](&l, &relays[i])
			}
			err = l.Run(context.Background())
		})
		return polls / tasks * tasks, err
	}}, w.stop
}

// player is one of two tasks that have the ball in turn. Each waits in its Slot until the other one wakes it.
type player struct {
	future.Slot
	other *player
	ball  bool
	left  int
}

func (p *player) Poll(cx *future.Context) (none struct{}, ready bool) {
	p.Register(cx.Waker())
	if !p.ball {
		return none, false
	}
	p.ball, p.other.ball = false, true
	p.other.Wake()
	p.left--
	return none, p.left == 0
}

// Players has two tasks wake each other. The unit is a round trip: two wake-ups and two polls, of tasks
// that had nothing to do before.
func Players(name string) (pair.Rival, func()) {
	w := newWorker()
	var l future.Local
	return pair.Rival{Name: name, Turn: func() (n int, err error) {
		w.do(func() {
			a := &player{left: perTurn, ball: true}
			b := &player{left: perTurn, other: a}
			a.other = b
			future.Spawn[struct{}](&l, a)
			future.Spawn[struct{}](&l, b)
			err = l.Run(context.Background())
		})
		return perTurn, err
	}}, w.stop
}

// Channels has two goroutines hand a value back and forth. The unit is a round trip.
func Channels(name string) (pair.Rival, func()) {
	w := newWorker()
	there, back := make(chan struct{}), make(chan struct{})
	go func() {
		for range there {
			back <- struct{}{}
		}
	}()
	end := func() {
		close(there)
		w.stop()
	}
	return pair.Rival{Name: name, Turn: func() (int, error) {
		w.do(func() {
			for range perTurn {
				there <- struct{}{}
				<-back
			}
		})
		return perTurn, nil
	}}, end
}

// Coroutine has a coroutine of iter.Pull go on. The unit is a call of next: there and back.
func Coroutine(name string) (pair.Rival, func()) {
	w := newWorker()
	var next func() (int, bool)
	var stop func()
	w.do(func() {
		next, stop = iter.Pull(func(yield func(int) bool) {
			for i := 0; yield(i); i++ {
			}
		})
	})
	end := func() {
		w.do(stop)
		w.stop()
	}
	return pair.Rival{Name: name, Turn: func() (int, error) {
		w.do(func() {
			for range perTurn {
				next()
			}
		})
		return perTurn, nil
	}}, end
}

// AwaitResume has a coroutine of package coro give way and be polled again. The unit is one of these.
func AwaitResume(name string) (pair.Rival, func()) {
	w := newWorker()
	var l future.Local
	return pair.Rival{Name: name, Turn: func() (n int, err error) {
		w.do(func() {
			coro.Spawn(&l, func(co *coro.Co) {
				for range perTurn {
					co.Yield()
				}
			})
			err = l.Run(context.Background())
		})
		return perTurn, err
	}}, w.stop
}
