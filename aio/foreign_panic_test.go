package aio_test

import (
	"errors"
	"io"
	"runtime"
	"testing"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// TestForeignPanic: a panic in a stream's Read or Write ended the program, since it was on a goroutine that
// nobody can guard; and one that called runtime.Goexit was waited for for ever.
func TestForeignPanic(t *testing.T) {
	t.Parallel()
	l := loop(t)
	for name, c := range map[string]struct {
		do   func(b []byte) (int, error)
		want any
	}{
		"panic":      {func([]byte) (int, error) { panic("boo") }, "boo"},
		"Goexit":     {func([]byte) (int, error) { runtime.Goexit(); return 0, nil }, "runtime.Goexit was called"},
		"a large N":  {func(b []byte) (int, error) { return len(b) + 1, nil }, nil},
		"a negative": {func([]byte) (int, error) { return -1, nil }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := aio.NewForeign(unruly{c.do})
			for range 2 { // it stays so
				p := panicking(t, l, f.Read(make([]byte, 10)))
				if p != nil && c.want != nil && p.Value != c.want {
					t.Errorf("reading: %v", p.Value)
				}
			}
			if c.want == nil {
				closed(t, f)
				return // of writing, the number is not looked at
			}
			must(t, l, f.Write([]byte("taken")))
			if p := panicking(t, l, future.Map(aio.Flush(f), func(err error) future.Result[int] {
				return future.Result[int]{Err: err}
			})); p != nil && p.Value != c.want {
				t.Errorf("flushing: %v", p.Value)
			}
			if p := panicking(t, l, f.Write([]byte("more"))); p != nil && p.Value != c.want {
				t.Errorf("writing: %v", p.Value)
			}
			closed(t, f)
		})
	}
}

// panicking is what polling f panics with.
func panicking(t *testing.T, l *aio.Loop, f future.Future[future.Result[int]]) *future.PanicError {
	t.Helper()
	r := wait(t, l, future.Catch(f))
	var p *future.PanicError
	if !errors.As(r.Err, &p) {
		t.Errorf("no panic, but %v", r)
		return nil
	}
	if inner, ok := p.Value.(*future.PanicError); ok {
		p = inner // Catch has caught what was passed on
	}
	return p
}

// unruly is a stream whose operations do something else.
type unruly struct{ do func(b []byte) (int, error) }

func (u unruly) Read(b []byte) (int, error)  { return u.do(b) }
func (u unruly) Write(b []byte) (int, error) { return u.do(b) }
func (unruly) Close() error                  { return nil }

var _ io.ReadWriteCloser = unruly{}
