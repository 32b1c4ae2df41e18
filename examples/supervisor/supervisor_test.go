package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goetia-go/goetia/examples/internal/tool"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestHelp: it took a wish for help for a program without a command.
func TestHelp(t *testing.T) {
	for _, arg := range []string{"--help", "-h"} {
		var out strings.Builder
		err := run(t.Context(), []string{arg}, &out)
		if !errors.Is(err, flag.ErrHelp) || !strings.HasPrefix(out.String(), "usage: supervisor 'NAME: COMMAND'") {
			t.Errorf("%s: %v, and it prints %q", arg, err, out.String())
		}
	}
}

// script writes a shell script, and returns the command for it.
func script(t *testing.T, text string) string {
	t.Helper()
	sh := tool.Need(t, "sh")
	name := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return sh + " " + name
}

func TestLinesAndRestarts(t *testing.T) {
	p := tool.Start(t, run,
		"short: "+script(t, "echo out; echo err >&2; printf unended; exit 3"),
		"long: "+script(t, "trap 'echo told; exit 0' INT; echo ready; while :; do sleep 0.05; done"),
		"none: /no/such/program")
	var lines []string
	count := func(want string) (n int) {
		for _, line := range lines {
			if strings.HasPrefix(line, want) {
				n++
			}
		}
		return n
	}
	for _, want := range []string{
		"short | (started", "short | out", "short | err", "short | unended", "short | (ended: exit status 3)", "none | (it does not start",
	} {
		for count(want) < 2 {
			lines = append(lines, p.Await(t, " | "))
		}
	}
	for count("long | ready") == 0 {
		lines = append(lines, p.Await(t, " | "))
	}
	// What a run prints comes out between its start and its end.
	var first []string
	for _, line := range lines {
		if text, ok := strings.CutPrefix(line, "short | "); ok && len(first) < 5 {
			first = append(first, text)
		}
	}
	if !strings.HasPrefix(first[0], "(started") || first[4] != "(ended: exit status 3)" || count("long | ready") != 1 {
		t.Errorf("%q", lines)
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		p.Await(t, "long | told")
		p.Await(t, "long | (ended)")
	}()
	p.Stop(t)
	<-stopped
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"no colon"}, {"name:"}} {
		if err := run(context.Background(), args, io.Discard); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}
