package poll

import (
	"os"
	"path/filepath"
	"testing"
)

// Linux tells names, and what has happened to them.
func TestPathChanges(t *testing.T) {
	for _, m := range testedMechanisms(t) {
		t.Run(string(m), func(t *testing.T) {
			p := openTested(t, m)
			defer p.Close()
			dir := t.TempDir()
			x, err := p.AddPath(1, dir)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(dir, "file")
			for _, step := range []struct {
				do   func() error
				want Op
				name string
			}{
				{func() error { return os.WriteFile(name, nil, 0o600) }, Created, "file"},
				{func() error { return os.Truncate(name, 9) }, Written, "file"},
				{func() error { return os.Chmod(name, 0o640) }, Attributes, "file"},
				{func() error { return os.Rename(name, name+"2") }, Renamed | Removed, "file"},
				{func() error { return os.Remove(name + "2") }, Removed, "file2"},
				{func() error { return os.Remove(dir) }, Removed | Gone, ""},
			} {
				if err := step.do(); err != nil {
					t.Fatal(err)
				}
				one(t, p, 1)
				changes := x.Take()
				if len(changes) == 0 || changes[0] != (Change{Name: step.name, Op: step.want}) {
					t.Errorf("got %v, want %v of %q", changes, step.want, step.name)
				}
			}
			none(t, p, "the directory is gone")
		})
	}
}
