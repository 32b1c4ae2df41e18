package coro_test

import (
	"testing"

	"github.com/goetia-go/goetia/coro"
	"github.com/goetia-go/goetia/future"
)

func BenchmarkAwaitResume(b *testing.B) {
	var l future.Local
	b.ReportAllocs()
	coro.Spawn(&l, func(co *coro.Co) {
		for b.Loop() {
			co.Yield()
		}
	})
	if err := l.Run(b.Context()); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkGoroutineRoundTrip(b *testing.B) {
	there, back := make(chan struct{}), make(chan struct{})
	go func() {
		for range there {
			back <- struct{}{}
		}
	}()
	b.ReportAllocs()
	for b.Loop() {
		there <- struct{}{}
		<-back
	}
	close(there)
}

func BenchmarkSpawn(b *testing.B) {
	var l future.Local
	b.ReportAllocs()
	for b.Loop() {
		coro.Spawn(&l, func(co *coro.Co) { co.Yield() })
		_ = l.Run(b.Context())
	}
}
