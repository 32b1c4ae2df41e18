package watch

import (
	"fmt"
	"os"
	"testing"

	"github.com/goetia-go/goetia/poll"
)

func TestPipeTarget(t *testing.T) {
	name := fmt.Sprintf("goetia-watch-%d", os.Getpid())
	path := `\\.\pipe\` + name
	for _, given := range []string{name, path} {
		t.Run(given, func(t *testing.T) {
			s := begin(t, Options{Targets: []Target{target(t, "pipe:"+given, true)}, Interest: poll.Readable, Mode: poll.Level})
			s.next(Opened, "waiting for a client of "+path)
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			s.next(Ready, "")
			if _, err := f.WriteString("text"); err != nil {
				t.Fatal(err)
			}
			s.next(Ready, "read 4 B")
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			if c := s.next(Ready, "end of stream"); !c.Done {
				t.Errorf("got %+v", c)
			}
			if err := s.end(); err != nil {
				t.Error(err)
			}
		})
	}
}
