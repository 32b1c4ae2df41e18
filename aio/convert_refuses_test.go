package aio_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/poll"
)

// TestNewFileRefuses: what was no file, and any file on a closed Loop, became a Foreign that failed later
// or had a goroutine for each operation.
func TestNewFileRefuses(t *testing.T) {
	t.Parallel()
	l := loop(t)
	refused := func(l *aio.Loop, f *os.File, want error) {
		t.Helper()
		if s, err := l.NewFile(f); s != nil || !errors.Is(err, want) {
			t.Errorf("%v, %v; want %v", s, err, want)
		}
	}
	refused(l, nil, os.ErrInvalid)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	f, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []*os.File{r, f} {
		closed(t, f)
		refused(l, f, os.ErrClosed)
	}
	if runtime.GOOS == "windows" {
		return // no file needs the Loop there
	}
	over, err := aio.New()
	if err != nil {
		t.Fatal(err)
	}
	closed(t, over)
	refused(over, w, poll.ErrClosed)
	if _, err := w.Stat(); err != nil {
		t.Errorf("the file that was refused: %v", err)
	}
}
