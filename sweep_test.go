package goetia

import (
	"context"
	"testing"
	"time"
)

// waitingIn waits until n goroutines are inside the Poller's Wait of r's first shard.
func waitingIn(t testing.TB, r *Reactor, n int) {
	t.Helper()
	sh := r.shards[0]
	eventually(t, func() bool {
		sh.mu.Lock()
		defer sh.mu.Unlock()
		return sh.waiting >= n
	})
}

// eventually waits for what nothing tells of.
func eventually(t testing.TB, f func() bool) {
	t.Helper()
	for until := time.Now().Add(soon); !f(); time.Sleep(100 * time.Microsecond) {
		if time.Now().After(until) {
			t.Fatal("it did not come about")
		}
	}
}

// TestSweepBeginsDuringWait: who began to wait when there was nothing to sweep does so once
// there is. A Run of a Reactor that was still empty found no closed connection until
// some event came.
func TestSweepBeginsDuringWait(t *testing.T) {
	r := manual(t, WithSweep(20*time.Millisecond))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx) }()
	waitingIn(t, r, 1)
	a, _ := tcp(t)
	c := newFired()
	check[*Watch](t)(r.AfterReadable(a, c.call))
	a.Close()
	if got := c.wait(t); got != Closed {
		t.Errorf("fired with %v", got)
	}
	cancel()
	<-ended
}
