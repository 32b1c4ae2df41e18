package waiting

import (
	"fmt"
	"reflect"

	"github.com/goetia-go/goetia/bench/internal/pair"
	"github.com/goetia-go/goetia/future"
)

// pulse is a stream with an item for each event.
type pulse struct {
	future.Slot
	i, events int
}

func (p *pulse) PollNext(cx *future.Context) (i int, ok, ready bool) {
	p.Register(cx.Waker())
	if p.events == 0 {
		return 0, false, false
	}
	p.events--
	return p.i, true, true
}

// stride leads through all children, far from one to the next.
const stride = 617

// Merge waits for the next event of n sources, as streams. The unit is an event: the wake-up of one
// source and the poll that finds its item.
func Merge(name string, n int) (pair.Rival, func()) {
	pulses := make([]pulse, n)
	streams := make([]future.Stream[int], n)
	for i := range pulses {
		pulses[i].i = i
		streams[i] = &pulses[i]
	}
	woken := false
	cx := future.NewContext(future.WakerFunc(func() { woken = true }))
	merged := future.Merge(streams...)
	// poll returns the next item, or -1 if there is none before something happens. A poll may give way and
	// be woken for the rest.
	poll := func() int {
		for {
			woken = false
			i, _, ready := merged.PollNext(cx)
			switch {
			case ready:
				return i
			case !woken:
				return -1
			}
		}
	}
	poll()
	at := 0
	return pair.Rival{Name: name, Turn: func() (int, error) {
		for range perTurn {
			at = (at + stride) % n
			pulses[at].events++
			pulses[at].Wake()
			if i := poll(); i != at {
				return 0, fmt.Errorf("an event of source %d instead of %d", i, at)
			}
			if i := poll(); i != -1 {
				return 0, fmt.Errorf("source %d had no event", i)
			}
		}
		return perTurn, nil
	}}, func() { future.Cancel(merged) }
}

// ReflectSelect is the same with channels.
func ReflectSelect(name string, n int) (pair.Rival, func()) {
	channels := make([]chan int, n)
	cases := make([]reflect.SelectCase, n)
	for i := range channels {
		channels[i] = make(chan int, 1)
		cases[i] = reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(channels[i])}
	}
	at := 0
	return pair.Rival{Name: name, Turn: func() (int, error) {
		at = (at + stride) % n
		channels[at] <- at
		if i, _, _ := reflect.Select(cases); i != at {
			return 0, fmt.Errorf("source %d instead of %d", i, at)
		}
		return 1, nil
	}}, func() {}
}
