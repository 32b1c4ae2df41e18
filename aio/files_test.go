package aio_test

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

func TestFiles(t *testing.T) {
	t.Parallel()
	l := loop(t)
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	data := []byte("hello")
	write := aio.WriteFile(name, data, 0o600)
	data[0] = 'j' // too late
	must(t, l, write)
	if b := must(t, l, aio.ReadFile(name)); string(b) != "hello" {
		t.Errorf("%q", b)
	}
	f := must(t, l, aio.OpenFile(name, os.O_RDWR, 0))
	if n := must(t, l, f.WriteAt([]byte("p me"), 3)); n != 4 {
		t.Error(n)
	}
	must(t, l, f.Sync())
	buf := make([]byte, 100)
	if r := wait(t, l, f.ReadAt(buf, 1)); r.Err != io.EOF || string(buf[:r.Value]) != "elp me" {
		t.Errorf("%v %q", r, buf[:r.Value])
	}
	must(t, l, f.Truncate(4))
	if s := must(t, l, f.Stat()); s.Size() != 4 || f.File().Name() != name {
		t.Error(s.Size())
	}
	must(t, l, f.Close())
	if r := wait(t, l, f.Close()); !errors.Is(r.Err, os.ErrClosed) {
		t.Error(r)
	}
	s := must(t, l, aio.OpenFile(name, os.O_RDONLY, 0)).Stream()
	if got := text(t, l, s); got != "help" {
		t.Errorf("%q", got)
	}
	closed(t, s)
	if all := must(t, l, aio.ReadDir(dir)); len(all) != 1 || all[0].Name() != "file" {
		t.Error(all)
	}
	if r := wait(t, l, aio.OpenFile(filepath.Join(dir, "none"), os.O_RDONLY, 0)); !errors.Is(r.Err, fs.ErrNotExist) {
		t.Error(r)
	}
}

// TestCancelledReadAtLeavesTheBuffer: what a read brings after it was given up goes nowhere.
func TestCancelledReadAtLeavesTheBuffer(t *testing.T) {
	t.Parallel()
	l := loop(t)
	name := filepath.Join(t.TempDir(), "file")
	must(t, l, aio.WriteFile(name, []byte("hello"), 0o600))
	f := must(t, l, aio.OpenFile(name, os.O_RDONLY, 0))
	buf := make([]byte, 5)
	future.Cancel(f.ReadAt(buf, 0))
	must(t, l, f.ReadAt(make([]byte, 1), 0))
	if string(buf) != "\x00\x00\x00\x00\x00" {
		t.Errorf("%q", buf)
	}
	must(t, l, f.Close())
}

func TestLookup(t *testing.T) {
	t.Parallel()
	l := loop(t)
	for _, a := range must(t, l, aio.Lookup("ip4", "localhost")) {
		if !a.Is4() || !a.IsLoopback() {
			t.Error(a)
		}
	}
	var failed *net.DNSError
	if r := wait(t, l, aio.Lookup("ip4", "no host name")); !errors.As(r.Err, &failed) {
		t.Error(r)
	}
}
