package goetia

import (
	"reflect"
	"testing"
)

// TestSizes: most connections have one watch, and that allocation is in the size class of
// 112 bytes. The next one has 128.
func TestSizes(t *testing.T) {
	if size := reflect.TypeFor[Source]().Size(); size > 112 {
		t.Errorf("a Source with its Watch takes %d bytes", size)
	}
}

// TestFirstWatchIsTheSources: the first watch of a registration needs no memory of its own, however
// it was made.
func TestFirstWatchIsTheSources(t *testing.T) {
	r := open(t)
	a, _ := tcp(t)
	s := check[*Source](t)(r.RegisterConn(a))
	none := func(Readiness) {}
	for i, want := range []bool{true, false} {
		if w := check[*Watch](t)(s.Inline(Readable, none)); (w == &s.own) != want {
			t.Errorf("watch %d: %p, and the source's own is %p", i, w, &s.own)
		}
	}
	b, _ := tcp(t)
	if w := check[*Watch](t)(r.AfterReadable(b, none)); w != &w.source().own {
		t.Error("AfterReadable has made another")
	}
}
