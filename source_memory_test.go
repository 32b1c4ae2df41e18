package goetia

import (
	"runtime"
	"testing"
	"time"
)

// What a callback refers to is free once it was called and its Watch is forgotten, though the
// Source stays.
func TestCalledBackAndFree(t *testing.T) {
	r := manual(t)
	a, _ := tcp(t)
	s := check[*Source](t)(r.RegisterConn(a))
	defer s.Close()
	freed := make(chan bool)
	called := make(chan bool, 1)
	func() {
		big := new([1 << 20]byte)
		runtime.AddCleanup(big, func(struct{}) { close(freed) }, struct{}{})
		if _, err := s.AfterWritable(func(Readiness) { called <- big[0] == 0 }); err != nil {
			t.Fatal(err)
		}
	}()
	for len(called) == 0 {
		if _, err := r.Turn(time.Second); err != nil {
			t.Fatal(err)
		}
	}
	<-called
	for deadline := time.Now().Add(time.Minute); ; {
		runtime.GC()
		select {
		case <-freed:
			return
		case <-time.After(time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatal("it is kept")
		}
	}
}
