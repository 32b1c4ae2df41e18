//go:build linux || windows

package main

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/goetia-go/goetia/bench/internal/pair"
	"github.com/goetia-go/goetia/bench/internal/report"
	"github.com/goetia-go/goetia/bench/internal/waiting"
)

// parked is how many tasks and goroutines wait in the sections below.
const parked = 100_000

// futures compares tasks with goroutines, channels and coroutines.
func futures(r *report.Report) {
	// With one processor a channel's round trip is at its best: nobody looks for work meanwhile, and
	// both goroutines find their memory in one cache.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	switches(r)
	selects(r)
	parking(r)
}

func switches(r *report.Report) {
	r.Section("Tasks: a wake-up and the poll that follows, beside goroutines and coroutines",
		"All on one processor, in turns of half a millisecond. The channels are not buffered. A coroutine",
		"is iter.Pull's; there is nothing that wakes it. Unit: "+pair.Clock+".")
	const channel = "goroutine and channels, round trip"
	rivals, stop := gather(
		func() (pair.Rival, func()) { return waiting.Channels(channel) },
		func() (pair.Rival, func()) { return waiting.WakePoll("wake and poll, 1 task", 1) },
		func() (pair.Rival, func()) { return waiting.WakePoll("wake and poll, 64 tasks", 64) },
		func() (pair.Rival, func()) { return waiting.Players("two tasks and Slots, round trip") },
		func() (pair.Rival, func()) { return waiting.Coroutine("iter.Pull, there and back") },
		func() (pair.Rival, func()) { return waiting.AwaitResume("coro, await and go on") },
	)
	defer stop()
	results, err := pair.Run(pair.DefaultPlan, rivals...)
	if err != nil {
		r.Fail("switches", err)
		return
	}
	r.Info(channel, fmt.Sprintf("%.0f ns", results[0].Median()))
	for _, x := range results[1:3] {
		ratio := x.Over(results[0])
		r.AtMost(x.Name, fmt.Sprintf("%.1f ns, %v of the channels", x.Median(), ratio), ratio.Median, 0.1, "x")
	}
	for _, x := range results[3:] {
		r.Info(x.Name, fmt.Sprintf("%.1f ns, %v of the channels", x.Median(), x.Over(results[0])))
	}
}

func selects(r *report.Report) {
	const children = 1000
	r.Section(fmt.Sprintf("Waiting for the next event of %d sources", children),
		"future.Merge of streams that are woken, and reflect.Select over channels. Per event. Unit: "+pair.Clock+".")
	rivals, stop := gather(
		func() (pair.Rival, func()) { return waiting.ReflectSelect("reflect.Select", children) },
		func() (pair.Rival, func()) { return waiting.Merge("future.Merge", children) },
	)
	defer stop()
	results, err := pair.Run(pair.DefaultPlan, rivals...)
	if err != nil {
		r.Fail("selects", err)
		return
	}
	slow, fast := results[0], results[1]
	ratio := fast.Over(slow)
	r.Info(slow.Name, fmt.Sprintf("%.0f ns", slow.Median()))
	r.AtMost(fast.Name, fmt.Sprintf("%.1f ns, 1/%.0f of that", fast.Median(), 1/ratio.Median), ratio.Median, 0.01, "x")
}

func parking(r *report.Report) {
	r.Section(fmt.Sprintf("%d parked tasks beside as many goroutines", parked),
		"A task has a source of its own with a future.Slot; a goroutine waits on a channel of its own.",
		"Memory: heap and stacks in use, twice collected before and after. A collection: runtime.GC,",
		"the quickest of 15. Unit: "+pair.Clock+".")
	before := inUse()
	tasks, err := waiting.ParkTasks(parked)
	if err != nil {
		r.Fail("tasks", err)
		return
	}
	bytes := float64(inUse()-before) / parked
	r.AtMost("memory of a task", fmt.Sprintf("%.1f B", bytes), bytes, 100, " B")
	allocs := testing.AllocsPerRun(1000, func() {
		if err := tasks.Event(); err != nil {
			panic(err)
		}
	})
	r.AtMost("allocations of a wake-up, its poll and waiting again", fmt.Sprint(allocs), allocs, 0, "")
	cheap := collection()
	tasks.Close()
	tasks = nil

	before = inUse()
	end := waiting.ParkGoroutines(parked)
	r.Info("memory of a goroutine", fmt.Sprintf("%.0f B", float64(inUse()-before)/parked))
	dear := collection()
	end()
	r.Info("a collection with the goroutines", dear.Round(time.Microsecond).String())
	ratio := float64(cheap) / float64(dear)
	r.AtMost("a collection with the tasks", fmt.Sprintf("%v, 1/%.1f of that", cheap.Round(time.Microsecond), 1/ratio), ratio, 0.2, "x")
}

func collection() time.Duration { return pair.Measure(15, runtime.GC) }

func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	return int64(ms.HeapAlloc + ms.StackInuse)
}

// gather makes rivals, and one function that stops them all.
func gather(make ...func() (pair.Rival, func())) (rivals []pair.Rival, stop func()) {
	var stops []func()
	for _, m := range make {
		rival, s := m()
		rivals, stops = append(rivals, rival), append(stops, s)
	}
	return rivals, func() {
		for _, s := range stops {
			s()
		}
	}
}
