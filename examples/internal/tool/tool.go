// Package tool finds the clients that the examples are tested with.
package tool

import (
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// Need returns the path of a command. A test without it is skipped, or fails if everything
// is required.
func Need(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("GOETIA_REQUIRE") == "all" {
		t.Fatalf("%v, and GOETIA_REQUIRE=all; scripts/setup.sh installs it", err)
	}
	t.Skipf("MISSING: %v", err)
	return ""
}

// Run runs a command with some input, and returns what it has printed.
func Run(t testing.TB, input, name string, args ...string) string {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, Need(t, name), args...)
	cmd.Stdin = strings.NewReader(input)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s%s", name, args, err, out, errs.String())
	}
	return string(out)
}

// Program is an example that runs.
type Program struct {
	// Lines are what it has printed.
	lines chan string
	done  chan error
	stop  context.CancelFunc
	once  sync.Once
}

// Start runs an example until the end of the test, when it must stop without an error.
func Start(t testing.TB, run func(ctx context.Context, args []string, out io.Writer) error, args ...string) *Program {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	p := &Program{lines: make(chan string, 10_000), done: make(chan error, 1), stop: stop}
	go func() {
		p.done <- run(ctx, args, &lineWriter{to: p.lines})
		close(p.lines)
	}()
	t.Cleanup(func() { p.Stop(t) })
	return p
}

// Stop stops it and waits until it has ended.
func (p *Program) Stop(t testing.TB) {
	t.Helper()
	p.once.Do(func() {
		p.stop()
		select {
		case err := <-p.done:
			if err != nil {
				t.Errorf("the program: %v", err)
			}
		case <-time.After(time.Minute):
			t.Error("the program does not stop")
		}
	})
}

// Await returns the first line from here on that contains a text.
func (p *Program) Await(t testing.TB, text string) string {
	t.Helper()
	late := time.After(time.Minute)
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				t.Fatalf("the program has ended without %q", text)
			}
			if strings.Contains(line, text) {
				return line
			}
		case <-late:
			t.Fatalf("no %q was printed", text)
		}
	}
}

// lineWriter makes lines of what is written.
type lineWriter struct {
	to   chan<- string
	rest string
}

func (w *lineWriter) Write(b []byte) (int, error) {
	lines := strings.Split(w.rest+string(b), "\n")
	for _, line := range lines[:len(lines)-1] {
		w.to <- line
	}
	w.rest = lines[len(lines)-1]
	return len(b), nil
}
