package future

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestManualClock(t *testing.T) {
	t.Parallel()
	var c ManualClock
	var got []string
	note := func(s string) func() {
		return func() { got = append(got, s+" "+c.Now().Sub(manualBeginning).String()) }
	}
	c.AfterFunc(2*time.Second, note("b"))
	c.AfterFunc(time.Second, note("a"))
	c.AfterFunc(2*time.Second, note("c"))
	never := c.AfterFunc(time.Minute, note("never"))
	c.AfterFunc(0, note("now"))
	if len(got) != 0 {
		t.Error("a timer of no length has fired in AfterFunc")
	}
	c.Advance(0)
	c.AfterFunc(time.Second, func() { c.AfterFunc(time.Second, note("d")) })
	c.Advance(3 * time.Second)
	if want := []string{"now 0s", "a 1s", "b 2s", "c 2s", "d 2s"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if now := c.Now(); !now.Equal(manualBeginning.Add(3 * time.Second)) {
		t.Errorf("it is %v", now)
	}
	if !never.Reset(time.Hour) || !never.Stop() || never.Stop() || c.Timers() != 0 {
		t.Error("Stop or Reset is not as that of time.Timer")
	}
}

func TestManualClockAdvanceToNext(t *testing.T) {
	t.Parallel()
	var c ManualClock
	if c.AdvanceToNext() {
		t.Error("there was no timer")
	}
	fired := 0
	var again func()
	again = func() { fired++; c.AfterFunc(0, again) }
	c.AfterFunc(time.Second, again)
	c.AfterFunc(time.Second, func() { fired++ })
	if !c.AdvanceToNext() || fired != 2 || c.Now().Sub(manualBeginning) != time.Second {
		t.Errorf("%d fired, it is %v", fired, c.Now())
	}
	if !c.AdvanceToNext() || fired != 3 || c.Now().Sub(manualBeginning) != time.Second {
		t.Errorf("%d fired, it is %v", fired, c.Now())
	}
}

// TestManualClockPanics: a panic of what it calls leaves it usable.
func TestManualClockPanics(t *testing.T) {
	t.Parallel()
	var c ManualClock
	for _, advance := range []func(){func() { c.Advance(time.Second) }, func() { c.AdvanceToNext() }} {
		c.AfterFunc(time.Second, func() { panic("boo") })
		func() {
			defer func() { _ = recover() }()
			advance()
		}()
		c.Now()
	}
}

// TestManualClockFarAway: a time beyond what a Duration holds came at once.
func TestManualClockFarAway(t *testing.T) {
	t.Parallel()
	var c ManualClock
	c.Advance(time.Hour)
	rang := 0
	c.AfterFunc(math.MaxInt64, func() { rang++ })
	c.Advance(time.Hour)
	if rang != 0 {
		t.Fatal("rang after an hour")
	}
	c.Advance(math.MaxInt64)
	if rang != 1 {
		t.Errorf("rang %d times at the end of time", rang)
	}
}
