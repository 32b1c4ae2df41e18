package main

import (
	"fmt"

	"github.com/goetia-go/goetia/bench/internal/loop"
	"github.com/goetia-go/goetia/bench/internal/pair"
	"github.com/goetia-go/goetia/bench/internal/report"
	"github.com/goetia-go/goetia/bench/internal/source"
	"github.com/goetia-go/goetia/poll"
	"golang.org/x/sys/unix"
)

// overRaw is how much longer than a hand-written loop the Poller may take.
const overRaw = 1.10

// lives is how many times each loop is opened anew; see pair.Join.
const lives = 7

// events compares the Poller with loops on the bare system calls.
func events(r *report.Report) {
	r.Section("Time per event: Poller beside hand-written epoll loops",
		"All watch the same "+source.Kind+", of which some are readable for good, and take turns of half",
		"a millisecond; each is opened seven times. nested is epoll_pwait(0) on a",
		"descriptor that the runtime's poller watches, as one would do it by hand; blocking is epoll_wait(-1)",
		"through x/sys on a locked thread; minimal is a bare epoll_pwait(0): a floor, which could not wait.",
		"Each finds what it keeps for the source of an event and counts the event there; with \"echo\"",
		"it also reads the eventfd and writes it again, the least that a server does; oneshot arms",
		"the source again, one epoll_ctl for each event.",
		fmt.Sprintf("An empty system call takes %.0f ns here. Unit: %s.", nothing(), pair.Clock),
		"Ratios: median of the rounds, and quartiles.")
	for _, n := range []int{1000, 10_000} {
		for _, ready := range []int{1, 64, 1000} {
			for _, mode := range []poll.Mode{poll.Level, poll.Oneshot} {
				for _, handler := range []loop.Handler{nil, loop.Echo} {
					what := fmt.Sprintf("%4d ready of %5d, %v", ready, n, mode)
					if handler != nil {
						what += ", echo"
					}
					if err := eventsCase(r, what, n, ready, mode, handler); err != nil {
						r.Fail(what, err)
					}
				}
			}
		}
	}
}

func eventsCase(r *report.Report, what string, n, ready int, mode poll.Mode, handler loop.Handler) error {
	set, err := source.New(n)
	if err != nil {
		return err
	}
	defer set.Close()
	if err := set.SignalSpread(ready); err != nil {
		return err
	}
	var results []pair.Result
	for range lives {
		more, err := eventsLife(set, mode, handler)
		if err != nil {
			return err
		}
		results = pair.Join(results, more)
	}
	poller := results[0]
	for _, rival := range results[1:] {
		ratio := poller.Over(rival)
		shown := fmt.Sprintf("%7.1f ns, %-8s %7.1f ns: %v", poller.Median(), rival.Name, rival.Median(), ratio)
		if rival.Name == "minimal" {
			r.Info(what, shown) // it could not wait
			continue
		}
		r.AtMost(what, shown, ratio.Median, overRaw, "x")
	}
	return nil
}

// eventsLife opens the loops, lets them take turns and closes them.
func eventsLife(set *source.Set, mode poll.Mode, handler loop.Handler) ([]pair.Result, error) {
	var rivals []pair.Rival
	for _, kind := range loop.Kinds {
		l, err := loop.Open(kind, set, mode, handler)
		if err != nil {
			return nil, err
		}
		defer l.Close()
		rivals = append(rivals, pair.Rival{Name: kind, Turn: l.Turn})
	}
	plan := pair.DefaultPlan
	plan.Rounds /= lives
	return pair.Run(plan, rivals...)
}

// nothing is the time of a system call that does nothing: how much of the loops'
// time is the machine's and not theirs.
func nothing() float64 {
	results, err := pair.Run(pair.Plan{Rounds: 101, Slice: pair.DefaultPlan.Slice}, pair.Rival{
		Name: "getppid", Turn: func() (int, error) {
			_, _, errno := unix.RawSyscall(unix.SYS_GETPPID, 0, 0, 0)
			if errno != 0 {
				return 0, errno
			}
			return 1, nil
		},
	})
	if err != nil {
		return 0
	}
	return results[0].Median()
}
