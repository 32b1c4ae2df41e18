package doctor

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/clock"
	"github.com/goetia-go/goetia/poll"
)

// checks are run in this order on one bench.
var checks = []struct {
	name string
	run  func(*bench) Check
}{
	{"add", (*bench).add},
	{"first readiness", (*bench).first},
	{"wake latency", (*bench).wake},
	{"notify", (*bench).notify},
	{"timeout", (*bench).timeouts},
	{"timer", (*bench).timer},
	{"posted event", (*bench).post},
	{"signals", (*bench).signals},
	{"process", (*bench).process},
	{"path", (*bench).path},
	{"peer close", (*bench).peerClose},
	{"close", (*bench).closePoller},
}

const (
	wakeRounds    = 200
	notifyRounds  = 50
	timeoutRounds = 10
	timeout       = 10 * time.Millisecond
	// settle is time enough for a Wait to have gone to sleep, most likely;
	// nothing depends on it but the figures.
	settle = 200 * time.Microsecond
)

func failed(err error) Check { return Check{Err: err} }

// measured sorts what was measured into a check.
func measured(spans []time.Duration) Check {
	slices.Sort(spans)
	n := len(spans)
	return Check{Rounds: n, P50: spans[n/2], P99: spans[(n*99)/100], Max: spans[n-1]}
}

// add registers the connection, which is not ready.
func (b *bench) add() Check {
	start := clock.Now()
	if err := b.p.Add(b.src, key, poll.Readable, poll.Level); err != nil {
		return failed(err)
	}
	c := measured([]time.Duration{clock.Since(start)})
	c.Err = b.silent()
	return c
}

// first writes a byte and waits for it.
func (b *bench) first() Check {
	start := clock.Now()
	if _, err := b.far.Write([]byte{1}); err != nil {
		return failed(err)
	}
	if err := b.readable(); err != nil {
		return failed(err)
	}
	c := measured([]time.Duration{clock.Since(start)})
	if c.Err = b.take(); c.Err == nil {
		c.Err = b.silent()
	}
	return c
}

// wake measures from a write to the return of a Wait that slept.
func (b *bench) wake() Check {
	turn, written := make(chan struct{}), make(chan error, 1)
	var at time.Duration
	go func() {
		for range turn {
			time.Sleep(settle)
			at = clock.Now()
			_, err := b.far.Write([]byte{1})
			written <- err
		}
	}()
	defer close(turn)
	spans := make([]time.Duration, 0, wakeRounds)
	for range wakeRounds {
		turn <- struct{}{}
		err := b.readable()
		end := clock.Now()
		if err = errors.Join(<-written, err); err != nil {
			return failed(err)
		}
		spans = append(spans, end-at)
		if err := b.take(); err != nil {
			return failed(err)
		}
	}
	return measured(spans)
}

// notify measures from a notification to the return of a Wait that slept.
func (b *bench) notify() Check {
	turn, sent := make(chan struct{}), make(chan error, 1)
	var at time.Duration
	go func() {
		for range turn {
			time.Sleep(settle)
			at = clock.Now()
			sent <- b.p.Notify()
		}
	}()
	defer close(turn)
	spans := make([]time.Duration, 0, notifyRounds)
	for range notifyRounds {
		turn <- struct{}{}
		start := clock.Now()
		n, err := b.p.Wait(b.events, patience)
		end := clock.Now()
		if err = errors.Join(<-sent, err); err != nil {
			return failed(err)
		}
		if n != 0 {
			return failed(fmt.Errorf("a notification brought an event: %v", b.events[0].Ready))
		}
		if end-start >= patience {
			return failed(errors.New("a notification was lost"))
		}
		spans = append(spans, end-at)
	}
	return measured(spans)
}

// timeouts measures how late a Wait without events returns. Whether it is early
// is asked of Go's clock, by which package poll promises it.
func (b *bench) timeouts() Check {
	spans := make([]time.Duration, 0, timeoutRounds)
	for range timeoutRounds {
		begin, start := time.Now(), clock.Now()
		n, err := b.p.Wait(b.events, timeout)
		late, took := clock.Since(start)-timeout, time.Since(begin)
		switch {
		case err != nil:
			return failed(err)
		case n > 0:
			return failed(fmt.Errorf("reported as %v when nothing had happened", b.events[0].Ready))
		case took < timeout:
			return failed(fmt.Errorf("%w: after %v and not %v", errEarly, took, timeout))
		}
		spans = append(spans, max(late, 0))
	}
	c := measured(spans)
	c.Detail = fmt.Sprintf("later than %v, never earlier", timeout)
	return c
}

// peerClose closes the far end, which must be reported as readable.
func (b *bench) peerClose() Check {
	start := clock.Now()
	if err := b.far.Close(); err != nil {
		return failed(err)
	}
	r, err := b.wait()
	if err != nil {
		return failed(err)
	}
	c := measured([]time.Duration{clock.Since(start)})
	c.Detail = "reported as " + r.String()
	if !r.Any(poll.Readable) {
		c.Err = fmt.Errorf("reported as %v, want readable", r)
	}
	return c
}

// closePoller deletes the connection and closes the Poller under a Wait.
func (b *bench) closePoller() Check {
	if err := b.p.Delete(b.src); err != nil {
		return failed(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := b.p.Wait(b.events, -1)
		ended <- err
	}()
	time.Sleep(settle)
	start := clock.Now()
	if err := b.p.Close(); err != nil {
		return failed(err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, poll.ErrClosed) {
			return failed(fmt.Errorf("the Wait in progress returned %v, want ErrClosed", err))
		}
	case <-time.After(patience):
		return failed(fmt.Errorf("the Wait in progress has not returned after %v", patience))
	}
	return measured([]time.Duration{clock.Since(start)})
}
