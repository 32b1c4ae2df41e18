//go:build unix && (amd64 || arm64)

package aio_test

import (
	"runtime"
	"testing"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// TestIdleMemory: an idle connection with a task that waits to read takes some 430 bytes of the heap. What
// package net and the runtime's poller keep for one would be twice as much again, of which
// half is in the heap.
func TestIdleMemory(t *testing.T) { // not parallel: the heap is that of all
	if raceDetector {
		t.Skip("the race detector has a heap of its own kind")
	}
	const pairs, most = 400, 560
	l := loop(t)
	local := l.NewLocal(future.LocalOptions{})
	var buf [64]byte
	conns := make([]*aio.Conn, 0, 2*pairs)
	before := heap()
	for range pairs {
		a, b, err := l.UnixPair()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []*aio.Conn{a, b} {
			conns = append(conns, c)
			future.Spawn(local, future.PollFunc[struct{}](func(cx *future.Context) (struct{}, bool) {
				_, ready, _ := c.PollRead(cx, buf[:])
				return struct{}{}, ready
			}))
		}
	}
	for local.TryTick() {
	}
	if each := (heap() - before) / (2 * pairs); each > most {
		t.Errorf("an idle connection takes %d bytes of the heap, want at most %d", each, most)
	}
	for _, c := range conns {
		closed(t, c)
	}
	for local.TryTick() {
	}
}

func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
