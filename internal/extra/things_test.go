package extra

import (
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"
)

// Every constructor either works or says that the system has no such thing, as Kinds
// tells.
func TestKinds(t *testing.T) {
	nothing := func() {}
	kinds := Kinds(runtime.GOOS)
	check := func(kind string, thing Thing, err error) {
		t.Helper()
		if told := slices.Contains(kinds, kind); told == errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: %v, and Kinds says %t", kind, err, told)
		}
		if err == nil {
			if err := thing.Close(); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
	}
	timer, err := NewTimer(time.Hour, 0, nothing)
	check("timer", timer, err)
	post, err := NewPost(nothing)
	check("post", post, err)
	path, err := NewPath(t.TempDir(), nothing)
	check("path", path, err)
	for _, goos := range []string{"linux", "windows", "freebsd", "solaris", "js"} {
		for _, kind := range []string{"timer", "post", "signals"} {
			if !slices.Contains(Kinds(goos), kind) {
				t.Errorf("%s has no %s", goos, kind)
			}
		}
	}
}

// A Called may come before, during and after Collect; what was posted is counted once.
func TestPostCounts(t *testing.T) {
	calls := 0
	p, err := NewPost(func() { calls++ })
	if err != nil {
		t.Fatal(err)
	}
	if fired, err := p.Collect(); fired || err != nil {
		t.Errorf("nothing was posted: %t, %v", fired, err)
	}
	p.Post()
	p.Post()
	if fired, err := p.Collect(); !fired || err != nil || calls != 2 {
		t.Errorf("%t, %v after %d calls", fired, err, calls)
	}
	if n := p.Take(); n != 2 {
		t.Errorf("%d were taken, want 2", n)
	}
	if n := p.Take(); n != 0 {
		t.Errorf("%d were taken twice", n)
	}
}
