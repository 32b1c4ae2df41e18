package httppark

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// site is a server whose connections are watched, for curl: a client that nobody of the
// Go project has written.
type site struct {
	*env
	*history
	program string
	// idle receives each time that a connection has become idle.
	idle chan bool
}

// curls is matrix with curl. Whatever it expects, it expects with parking and without.
func curls(t *testing.T, f func(t *testing.T, start func(srv *http.Server, opts ...Option) *site)) {
	program := curl(t)
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		f(t, func(srv *http.Server, opts ...Option) *site {
			t.Helper()
			s := &site{program: program, history: &history{ended: make(chan net.Conn, 100)}, idle: make(chan bool, 100)}
			srv.ConnState = func(c net.Conn, state http.ConnState) {
				s.hook(c, state)
				if state == http.StateIdle {
					s.idle <- true
				}
			}
			s.env = start(srv, opts...)
			return s
		})
	})
}

// curl finds the program, and what it is held back with.
func curl(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("NOT RUN: curl is held back with named pipes in the file system, which Windows has not")
	}
	program, err := exec.LookPath("curl")
	if err == nil {
		_, err = exec.LookPath("mkfifo")
	}
	if err != nil {
		absent(t, err.Error())
	}
	return program
}

// absent skips a test whose program is not there, or fails if everything has to be.
func absent(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("GOETIA_REQUIRE") == "all" {
		t.Fatal(why + ", and GOETIA_REQUIRE=all; scripts/setup.sh installs it")
	}
	t.Skip("NOT RUN: " + why)
}

// rest waits until a connection is idle, and parked where that is done.
func (s *site) rest() {
	s.t.Helper()
	select {
	case <-s.idle:
	case <-time.After(patient):
		s.t.Fatal("no connection is idle")
	}
	s.settle()
}

// curling is a curl that runs.
type curling struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	gates []*gate
}

// curl has one curl make some requests, each given as a path and further arguments. Before
// each request but the first it waits for next. After each response it prints what told
// says.
func (s *site) curl(requests ...[]string) *curling {
	s.t.Helper()
	args := []string{"--disable"} // its file of settings
	var gates []*gate
	for i, r := range requests {
		if i > 0 {
			g := newGate(s.t)
			gates = append(gates, g)
			args = append(args, "--next", "--netrc-optional", "--netrc-file", g.name)
		}
		args = append(args, "--http1.1", "--write-out", "%{stderr}"+told("%{http_code}", "%{http_version}", "%{num_connects}"))
		args = append(append(args, common()...), r[1:]...)
		args = append(args, s.url+r[0])
	}
	c := s.start(args)
	c.gates = gates
	return c
}

// raw has curl send what is no request that it would make: its client for Gopher sends
// what stands in the address, and a line end, and prints all that comes.
func (s *site) raw(sent string) *curling {
	s.t.Helper()
	scheme, _, _ := strings.Cut(s.url, ":")
	scheme = map[string]string{"http": "gopher", "https": "gophers"}[scheme]
	about, err := exec.Command(s.program, "--version").Output()
	if err != nil {
		s.t.Fatal(err)
	}
	if !strings.Contains(string(about), " "+scheme+" ") {
		absent(s.t, fmt.Sprintf("this curl has no %s:\n%s", scheme, about))
	}
	return s.start(append(append([]string{"--disable"}, common()...), scheme+"://"+s.l.Addr().String()+"/1"+url.PathEscape(sent)))
}

// common is what each request is made with.
func common() []string {
	return []string{"--silent", "--show-error", "--no-progress-meter", "--no-buffer", "--insecure", "--noproxy", "*", "--max-time", fmt.Sprint(patient.Seconds())}
}

// told is what curl prints about a response: its status, its protocol, and how many
// connections were made for it, which is none where there was one already.
func told(status, protocol, connects string) string {
	return fmt.Sprintf("[%s %s %s]\n", status, protocol, connects)
}

func (s *site) start(args []string) *curling {
	s.t.Helper()
	// What it prints on both ends up in one pipe, in the order in which it does.
	r, w, err := os.Pipe()
	if err != nil {
		s.t.Fatal(err)
	}
	defer w.Close()
	s.t.Cleanup(func() { r.Close() })
	if err := r.SetReadDeadline(time.Now().Add(patient)); err != nil {
		s.t.Fatal(err)
	}
	c := &curling{t: s.t, cmd: exec.CommandContext(s.t.Context(), s.program, args...), out: bufio.NewReader(r)}
	c.cmd.Stdout, c.cmd.Stderr = w, w
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		s.t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.cmd.Wait() }) // it is killed by then, if it has not ended
	return c
}

// next lets it make its next request.
func (c *curling) next() {
	c.t.Helper()
	c.gates[0].open()
	c.gates = c.gates[1:]
}

// prints waits until it has printed what it should.
func (c *curling) prints(want string) {
	c.t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(c.out, got); err != nil || string(got) != want {
		rest, _ := c.out.Peek(c.out.Buffered())
		c.t.Fatalf("%q, %v, want %q; then %q", got[:n], err, want, rest)
	}
}

// answers waits until it has printed a response as it came.
func (c *curling) answers(body string) {
	c.t.Helper()
	if err := c.answered(body); err != nil {
		c.t.Fatal(err)
	}
}

func (c *curling) answered(body string) error {
	res, err := http.ReadResponse(c.out, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if got, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK || string(got) != body {
		return fmt.Errorf("%s %q, %v, want %q", res.Status, got, err, body)
	}
	return nil
}

// ends waits until it ends, and returns what it has printed more and its exit code.
func (c *curling) ends() (string, int) {
	c.t.Helper()
	rest, err := io.ReadAll(c.out)
	if err != nil {
		c.t.Fatalf("%q, %v", rest, err)
	}
	var exit *exec.ExitError
	if err := c.cmd.Wait(); err != nil && !errors.As(err, &exit) && !errors.Is(err, context.Canceled) {
		c.t.Fatal(err)
	}
	return string(rest), c.cmd.ProcessState.ExitCode()
}

// succeeds is ends where nothing is left to say.
func (c *curling) succeeds() {
	c.t.Helper()
	if rest, code := c.ends(); rest != "" || code != 0 {
		c.t.Errorf("exit code %d, %q", code, rest)
	}
}

// gate holds curl back between two requests: the second one's file of passwords is a named
// pipe, whose end curl waits for before it looks for a connection.
type gate struct {
	t    *testing.T
	name string
	held *os.File
}

func newGate(t *testing.T) *gate {
	t.Helper()
	g := &gate{t: t, name: filepath.Join(t.TempDir(), "netrc")}
	if out, err := exec.Command("mkfifo", g.name).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var err error
	if g.held, err = os.OpenFile(g.name, os.O_RDWR, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.held.Close() })
	return g
}

// open lets curl through. If it has not come here yet then it finds an ordinary file,
// which is empty.
func (g *gate) open() {
	g.t.Helper()
	empty := g.name + ".empty"
	if err := errors.Join(os.WriteFile(empty, nil, 0o600), os.Rename(empty, g.name), g.held.Close()); err != nil {
		g.t.Fatal(err)
	}
}
