//go:build unix || windows

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/goetia-go/goetia/cmd/goetia/internal/nobody"
	"github.com/goetia-go/goetia/poll"
)

// patience is for loaded machines; no script waits that long when all is well.
const patience = 60 * time.Second

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"goetia": main})
}

// TestScripts runs the command lines of testdata/script as a user would.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Setenv("DEFAULT", string(poll.Mechanisms()[0]))
			// Programs that are not asked to must not fail for want of a home.
			for _, name := range []string{"SYSTEMROOT", "WINEPREFIX", "WINEDEBUG"} {
				if v, ok := os.LookupEnv(name); ok {
					e.Setenv(name, v)
				}
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve":     serve,
			"await":     await,
			"nobody":    refused,
			"interrupt": interrupt,
			"json":      checkJSON,
			"usage":     func(ts *testscript.TestScript, neg bool, args []string) { fails(ts, neg, args, 2) },
			"runtime":   func(ts *testscript.TestScript, neg bool, args []string) { fails(ts, neg, args, 1) },
			"both":      both,
		},
		Condition: func(cond string) (bool, error) {
			if name, ok := strings.CutPrefix(cond, "mechanism:"); ok {
				for _, m := range poll.Mechanisms() {
					if string(m) == name {
						return true, nil
					}
				}
				return false, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
	})
}

// server is the goetia echo that a script has started.
type server struct {
	cmd    *exec.Cmd
	mu     sync.Mutex
	output bytes.Buffer
	done   chan error
}

// Write implements io.Writer for what it prints.
func (s *server) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.output.Write(b)
}

var servers sync.Map // of a script's work directory to its *server

// serve starts goetia with the given arguments, waits for its first line, and
// sets ADDR to the address in it. On Unix it can limit the number of descriptors.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: serve [-files N] COMMAND ARGS...")
	}
	program, err := exec.LookPath(filepath.Join(filepath.SplitList(ts.Getenv("PATH"))[0], "goetia"+exe()))
	ts.Check(err)
	if args[0] == "-files" {
		args = append([]string{"-c", `ulimit -n "$1"; shift; exec "$@"`, "sh", args[1], program}, args[2:]...)
		program = "/bin/sh"
	}
	s := &server{cmd: exec.Command(program, args...), done: make(chan error, 1)}
	s.cmd.Dir = ts.MkAbs(".")
	interruptible(s.cmd)
	s.cmd.Stderr = os.Stderr
	out, err := s.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(s.cmd.Start())
	servers.Store(ts.MkAbs("."), s)
	first := make(chan string, 1)
	go func() {
		lines := bufio.NewReader(out)
		line, _ := lines.ReadString('\n')
		first <- line
		_, _ = io.WriteString(s, line)
		_, _ = io.Copy(s, lines)
		s.done <- s.cmd.Wait()
	}()
	ts.Defer(func() { _ = s.cmd.Process.Kill() })
	select {
	case line := <-first:
		ts.Setenv("ADDR", address(ts, strings.TrimSpace(line)))
	case <-time.After(patience):
		ts.Fatalf("the server says nothing")
	}
}

func address(ts *testscript.TestScript, line string) string {
	if addr, ok := strings.CutPrefix(line, "listening on "); ok {
		return addr
	}
	var first struct {
		Listening string   `json:"listening"` // goetia echo
		Notes     []string `json:"notes"`     // goetia watch
	}
	if err := json.Unmarshal([]byte(line), &first); err != nil {
		ts.Fatalf("the first line is %q", line)
	}
	if len(first.Notes) == 1 {
		return address(ts, first.Notes[0])
	}
	return first.Listening
}

// refused sets ADDR to an address where nobody listens, and nobody else will.
func refused(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: nobody")
	}
	addr, release, err := nobody.Reserve()
	ts.Check(err)
	ts.Defer(release)
	ts.Setenv("ADDR", addr)
}

// await waits until what the server has printed matches a pattern.
func await(ts *testscript.TestScript, neg bool, args []string) {
	v, ok := servers.Load(ts.MkAbs("."))
	if neg || !ok || len(args) != 1 {
		ts.Fatalf("usage: await PATTERN, after serve")
	}
	s, pattern := v.(*server), regexp.MustCompile(args[0])
	for until := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		s.mu.Lock()
		found := pattern.Match(s.output.Bytes())
		s.mu.Unlock()
		if found {
			return
		}
		if time.Now().After(until) {
			ts.Fatalf("the server does not print %q", args[0])
		}
	}
}

// interrupt sends Ctrl-C to the server, or the signal that is named, waits for
// it to end well, and prints what it has printed.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	v, ok := servers.LoadAndDelete(ts.MkAbs("."))
	if neg || !ok || len(args) > 1 {
		ts.Fatalf("usage: interrupt [term], after serve")
	}
	s := v.(*server)
	ts.Check(signal(s.cmd.Process, len(args) == 1 && args[0] == "term"))
	select {
	case err := <-s.done:
		ts.Check(err)
	case <-time.After(patience):
		ts.Fatalf("the server does not end")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := ts.Stdout().Write(s.output.Bytes())
	ts.Check(err)
}

// fails runs goetia with the arguments after the first and wants the exit code
// and one line on stderr that matches the first. A usage error prints nothing
// else.
func fails(ts *testscript.TestScript, neg bool, args []string, code int) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: usage|runtime PATTERN ARGS...")
	}
	err := ts.Exec("goetia", args[1:]...)
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.ExitCode() != code {
		ts.Fatalf("goetia %q ended with %v, want exit code %d", args[1:], err, code)
	}
	line := strings.ReplaceAll(ts.ReadFile("stderr"), "\r", "")
	pattern := `^goetia: .*` + strings.ReplaceAll(regexp.QuoteMeta(args[0]), `\.\*`, `.*`) + `[^\n]*\n$`
	if !regexp.MustCompile(pattern).MatchString(line) {
		ts.Fatalf("goetia %q says %q, want one line with %q", args[1:], line, args[0])
	}
	if code == 2 && ts.ReadFile("stdout") != "" {
		ts.Fatalf("goetia %q prints %q", args[1:], ts.ReadFile("stdout"))
	}
}

// both runs every command with one mechanism.
func both(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: both MECHANISM")
	}
	m := args[0]
	serve(ts, false, []string{"echo", "--listen", "127.0.0.1:0", "--mechanism", m})
	addr := ts.Getenv("ADDR")
	ts.Check(ts.Exec("goetia", "load", "--addr", addr, "--conns", "5", "--size", "100kB", "--duration", "100ms", "--mechanism", m))
	ts.Check(ts.Exec("goetia", "watch", "tcp:"+addr, "--count", "1", "--mechanism", m))
	interrupt(ts, false, nil)
	ts.Check(ts.Exec("goetia", "doctor", "--mechanism", m))
}

// checkJSON wants each line of a file, or the whole of it, to be a JSON object
// that has all of the given keys.
func checkJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: json FILE KEY...")
	}
	d := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	n := 0
	for {
		var object map[string]any
		err := d.Decode(&object)
		if err == io.EOF {
			break
		}
		ts.Check(err)
		n++
		for _, key := range args[1:] {
			if _, ok := object[key]; !ok {
				ts.Fatalf("object %d has no %q: %v", n, key, object)
			}
		}
	}
	if n == 0 {
		ts.Fatalf("%s holds no JSON", args[0])
	}
}

func exe() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}
