package goetia_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The import law: which package may import what. Every file is parsed whatever
// its build tags, so that one system polices the imports of all.
//
// The standard library is free, but for unsafe, testing and C. Loosening a line
// of this table is a decision about the architecture (docs/architecture.md), and
// not a way to make a build pass.

const (
	module = "github.com/goetia-go/goetia"
	sys    = "golang.org/x/sys/..."
)

// rule lets the files that match say import some packages.
type rule struct {
	// files is a pattern of path.Match over the file's path from the root. A
	// pattern that ends in /... covers everything beneath. The first rule that
	// matches decides.
	files string
	// may lists imports beyond the standard library. Those that begin with
	// "./" are this module's, and "./" alone is its root. A pattern that ends in
	// /... covers everything beneath, a * one part of a path.
	may []string
}

var mechanisms = []string{"epoll", "uring", "kqueue", "evport", "pollfd", "afd", "socknotify", "wsapoll"}

// modelled are those that have a model of their kernel, for tests on other systems.
var modelled = []string{"kqueue", "evport", "socknotify"}

var law = func() []rule {
	contract, extras := "./internal/backend", "./internal/extra"
	var all []string
	for _, m := range mechanisms {
		all = append(all, contract+"/"+m)
	}
	rules := []rule{
		// The modules of their own see of this one what every user sees, and
		// may take what they like from elsewhere.
		{"cmd/goetia/...", []string{"./", "./poll", "./future", "./coro", "./aio", "./httppark", "./debug", "./simnet", "./cmd/goetia/internal/...", "*/...", "unsafe", "testing"}},
		{"bench/...", []string{"./", "./poll", "./future", "./coro", "./aio", "./httppark", "./debug", "./simnet", "./bench/...", "*/...", "unsafe", "testing"}},
		{"prometheus/...", []string{"./", "*/..."}},
		{"examples/...", []string{"./", "./poll", "./future", "./coro", "./aio", "./httppark", "./debug", "./simnet", "./examples/...", "*/...", "testing"}},
		{"tools/...", []string{"*/..."}},

		// Public rooms.
		{"*.go", []string{"./poll", "./internal/timers"}},
		{"poll/open_linux_model.go", append([]string{contract, contract + "/kqueue/kqueuetest"}, all...)},
		{"poll/open_*.go", append([]string{contract, contract + "/fallback"}, all...)},
		{"poll/*.go", []string{contract, extras}},
		{"future/sync_loom.go", []string{"./internal/loom"}},
		{"future/*.go", nil},
		{"coro/*.go", []string{"./future"}},
		// poll is what Register takes, and its sentinels; Windows' named pipes are in no other
		// package, and sockets without a net.Conn are what keeps an idle connection small.
		{"aio/*.go", []string{"./", "./future", "./poll", "./internal/sys/namedpipe", "./internal/sys/socket"}},
		// A connection that is parked on Linux is no more than its socket.
		{"httppark/*.go", []string{"./", "./internal/sys/socket"}},
		{"debug/*.go", []string{"./"}},
		{"simnet/*.go", []string{"./"}},

		// The contract and what stands beside the mechanisms.
		{"internal/backend/*.go", nil},
		{"internal/backend/backendtest/*.go", []string{contract, "testing"}},
		{"internal/backend/sim/*.go", []string{contract}},
		{"internal/backend/faulty/*.go", []string{contract}},
		{"internal/backend/fallback/*.go", []string{contract}},
	}
	for _, m := range mechanisms {
		rules = append(rules, rule{
			"internal/backend/" + m + "/*.go",
			[]string{contract, "./internal/sys/*", sys, "unsafe"},
		})
	}
	for _, m := range modelled {
		rules = append(rules, rule{
			"internal/backend/" + m + "/" + m + "test/*.go",
			[]string{contract, "./internal/sys/*", "./internal/backend/" + m},
		})
	}
	return append(rules,
		// Another kernel for tests of one mechanism, which is written in C.
		rule{"internal/backend/kqueue/libkqueue/*.go", []string{contract, "./internal/sys/*", "./internal/backend/kqueue", "C"}},
		rule{"internal/sys/*/*.go", []string{sys, "unsafe"}},
		rule{"internal/extra/...", []string{"./internal/extra/*", "./internal/sys/*", sys, "unsafe"}},
		rule{"internal/loom/*.go", nil},
		rule{"internal/*/*.go", nil}, // helpers that public rooms share
	)
}()

// tests may import these as well, besides their own package and what it may.
var testsMay = []string{
	"testing", "testing/...",
	"./internal/backend/backendtest", "./internal/backend/sim", "./internal/backend/faulty",
	"./internal/loom", "./internal/sys/handles",
	"./internal/backend/kqueue/kqueuetest", "./internal/backend/kqueue/libkqueue", "./internal/backend/evport/evporttest",
	"./internal/backend/socknotify/socknotifytest",
	"./simnet",
	"go.uber.org/goleak", "pgregory.net/rapid", "golang.org/x/net/nettest",
}

// file is what the law needs to know of one.
type file struct {
	path    string
	imports []string
}

// breaches returns what breaks the law.
func breaches(files []file) []string {
	var found []string
	for _, f := range files {
		i := slices.IndexFunc(law, func(r rule) bool { return matches(r.files, f.path) })
		if i < 0 {
			found = append(found, fmt.Sprintf("%s: no rule covers this file", f.path))
			continue
		}
		may := law[i].may
		if strings.HasSuffix(f.path, "_test.go") {
			may = slices.Concat(may, testsMay, []string{"./" + dir(f.path)})
		}
		for _, imp := range f.imports {
			if !permitted(may, imp) {
				found = append(found, fmt.Sprintf("%s imports %s; files %s may import, besides the standard library, %v",
					f.path, imp, law[i].files, may))
			}
		}
	}
	return found
}

func dir(file string) string {
	if d := path.Dir(file); d != "." {
		return d
	}
	return ""
}

// permitted says whether an import is among those of a list, or needs no
// permission.
func permitted(may []string, imp string) bool {
	own := imp == module || strings.HasPrefix(imp, module+"/")
	for _, pattern := range may {
		if local, ok := strings.CutPrefix(pattern, "./"); ok {
			pattern = strings.TrimSuffix(module+"/"+local, "/")
		} else if own {
			continue // "anything from elsewhere" does not mean this module
		}
		if matches(pattern, imp) {
			return true
		}
	}
	switch {
	case imp == "unsafe", imp == "C", imp == "testing", strings.HasPrefix(imp, "testing/"):
		return false
	}
	first, _, _ := strings.Cut(imp, "/")
	return !strings.Contains(first, ".")
}

// matches is path.Match with a trailing /... for everything beneath.
func matches(pattern, name string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "/..."); ok {
		parts := strings.Split(name, "/")
		if n := strings.Count(prefix, "/") + 1; len(parts) > n {
			name, pattern = strings.Join(parts[:n], "/"), prefix
		} else {
			return false
		}
	}
	ok, err := path.Match(pattern, name)
	if err != nil {
		panic(err)
	}
	return ok
}

// allFiles parses every Go file of the checkout.
func allFiles(t *testing.T) []file {
	t.Helper()
	if parsedFiles != nil {
		return parsedFiles
	}
	if _, err := os.Stat("go.mod"); err != nil {
		t.Skipf("the test binary runs without the source beside it: %v", err)
	}
	var files []file
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != "." && (base[0] == '.' || base[0] == '_' || base == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		parsed, err := parser.ParseFile(fset, name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		f := file{path: filepath.ToSlash(name)}
		for _, spec := range parsed.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, imp)
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	parsedFiles = files
	return files
}

// parsedFiles saves the second test from parsing everything again.
var parsedFiles []file

func TestImports(t *testing.T) {
	files := allFiles(t)
	for _, want := range []string{"doc.go", "poll/poller.go", "internal/backend/backend.go"} {
		if !slices.ContainsFunc(files, func(f file) bool { return f.path == want }) {
			t.Errorf("%s was not looked at", want)
		}
	}
	for _, b := range breaches(files) {
		t.Error(b)
	}
}

// TestLawIsOfWhatIsThere: each rule covers a file, and what it permits by name exists. Otherwise the law
// speaks of rooms that somebody could open without a decision.
func TestLawIsOfWhatIsThere(t *testing.T) {
	files := allFiles(t)
	dirs := make(map[string]bool)
	covered := make(map[int]bool)
	for _, f := range files {
		dirs[dir(f.path)] = true
		covered[slices.IndexFunc(law, func(r rule) bool { return matches(r.files, f.path) })] = true
	}
	for i, r := range law {
		if !covered[i] {
			t.Errorf("no file falls to the rule of %s", r.files)
		}
		for _, imp := range slices.Concat(r.may, testsMay) {
			name, own := strings.CutPrefix(imp, "./")
			if own && !strings.ContainsAny(name, "*.") && !dirs[name] {
				t.Errorf("%s may import %s, which does not exist", r.files, imp)
			}
		}
	}
}

// TestImportsCanFail: the law finds each kind of breach, and lets pass what is
// right.
func TestImportsCanFail(t *testing.T) {
	for _, c := range []struct {
		path, imp string
		breach    bool
	}{
		{"poll/wait.go", "fmt", false},
		{"poll/wait.go", module + "/internal/backend", false},
		{"poll/open_linux.go", module + "/internal/backend/epoll", false},
		{"poll/wait.go", module + "/internal/backend/epoll", true},
		{"poll/wait.go", "golang.org/x/sys/unix", true},
		{"poll/open_linux.go", "golang.org/x/sys/unix", true},
		{"poll/open_linux.go", module + "/internal/backend/sim", true},
		{"poll/wait.go", "testing", true},
		{"poll/wait.go", "testing/synctest", true},
		{"poll/wait.go", "unsafe", true},
		{"poll/wait.go", "C", true},
		{"poll/wait.go", module, true},
		{"poll/wait.go", "pgregory.net/rapid", true},
		{"poll/wait_test.go", "pgregory.net/rapid", false},
		{"poll/wait_test.go", "testing", false},
		{"poll/wait_test.go", module + "/poll", false},
		{"poll/wait_test.go", module + "/internal/backend/sim", false},
		{"poll/wait_test.go", module + "/internal/backend/epoll", true},
		{"poll/wait_test.go", "github.com/stretchr/testify", true},
		{"internal/backend/epoll/epoll.go", "golang.org/x/sys/unix", false},
		{"internal/backend/epoll/epoll.go", "unsafe", false},
		{"internal/backend/epoll/epoll.go", module + "/internal/sys/wake", false},
		{"internal/backend/epoll/epoll.go", module + "/internal/backend/pollfd", true},
		{"internal/backend/epoll/epoll.go", module + "/poll", true},
		{"internal/backend/epoll/epoll.go", "testing", true},
		{"internal/backend/epoll/mask_test.go", "testing", false},
		{"internal/backend/new/new.go", module + "/internal/backend/epoll", true},
		{"internal/backend/fallback/fallback.go", module + "/internal/backend", false},
		{"internal/backend/fallback/fallback.go", module + "/internal/backend/afd", true},
		{"internal/backend/fallback/fallback.go", "golang.org/x/sys/windows", true},
		{"internal/backend/backend.go", "time", false},
		{"internal/backend/backend.go", module + "/internal/timers", true},
		{"internal/backend/backendtest/suite.go", "testing", false},
		{"internal/backend/backendtest/suite.go", "golang.org/x/sys/unix", true},
		{"internal/backend/backendtest/suite.go", "unsafe", true},
		{"internal/backend/sim/poll.go", "testing", true},
		{"internal/sys/iocp/iocp.go", "golang.org/x/sys/windows", false},
		{"internal/sys/iocp/iocp.go", module + "/internal/backend", true},
		{"future/future.go", module + "/poll", true},
		{"poll/open_linux.go", module + "/internal/backend/kqueue/kqueuetest", true},
		{"poll/open_linux_model.go", module + "/internal/backend/kqueue/kqueuetest", false},
		{"future/future.go", module + "/internal/loom", true},
		{"future/sync_loom.go", module + "/internal/loom", false},
		{"future/loom_slot_test.go", module + "/internal/loom", false},
		{"aio/loop.go", module + "/poll", false},
		{"aio/namedpipe.go", module + "/internal/sys/namedpipe", false},
		{"aio/bare_unix.go", module + "/internal/sys/socket", false},
		{"aio/conn.go", module + "/internal/sys/iocp", true},
		{"aio/soft_test.go", module + "/simnet", false},
		{"aio/try_unix.go", "golang.org/x/sys/unix", true},
		{"aio/nettest_test.go", "golang.org/x/net/nettest", false},
		{"reactor.go", module + "/poll", false},
		{"reactor.go", module + "/internal/backend", true},
		{"simnet/conn.go", module, false},
		{"simnet/conn.go", module + "/poll", true},
		{"simnet/conn.go", "golang.org/x/net/nettest", true},
		{"simnet/conn_test.go", "golang.org/x/net/nettest", false},
		{"reactor.go", module + "/simnet", true},
		{"reactor_test.go", module + "/simnet", false},
		{"debug/view.go", module, false},
		{"debug/view.go", module + "/poll", true},
		{"debug/view.go", "golang.org/x/sys/unix", true},
		{"cmd/goetia/main.go", module + "/poll", false},
		{"cmd/goetia/main.go", "github.com/spf13/cobra", false},
		{"cmd/goetia/main.go", module + "/internal/backend", true},
		{"cmd/goetia/internal/cli/cli.go", module + "/internal/backend/sim", true},
		{"bench/run.go", module + "/internal/sys/iocp", true},
		{"prometheus/collector.go", module, false},
		{"prometheus/collector.go", "github.com/prometheus/client_golang/prometheus", false},
		{"prometheus/collector.go", module + "/internal/timers", true},
		{"examples/websocket/gobwas.go", "github.com/gobwas/ws", false},
		{"examples/websocket/gobwas.go", module + "/httppark", false},
		{"examples/websocket/gobwas.go", module + "/internal/timers", true},
		{"examples/echo/future.go", module + "/simnet", false},
		{"httppark/park.go", module, false},
		{"httppark/park.go", module + "/poll", true},
		{"httppark/thin_linux.go", module + "/internal/sys/socket", false},
		{"httppark/thin_linux.go", "golang.org/x/sys/unix", true},
		{"httppark/park.go", "github.com/gobwas/ws", true},
		{"surprise/x.go", "fmt", true},
	} {
		got := breaches([]file{{c.path, []string{c.imp}}})
		if (len(got) > 0) != c.breach {
			t.Errorf("%s imports %s: breach %t, want %t %v", c.path, c.imp, len(got) > 0, c.breach, got)
		}
	}
}

// TestRequirements: outside tests the root module needs golang.org/x/sys and
// nothing else, and go.mod lists nothing that nobody imports.
func TestRequirements(t *testing.T) {
	needed := make(map[string]bool) // by module; true if not only by tests
	for _, f := range allFiles(t) {
		if top, _, _ := strings.Cut(f.path, "/"); top == "cmd" || top == "bench" || top == "prometheus" || top == "examples" || top == "tools" {
			continue // modules of their own
		}
		for _, imp := range f.imports {
			if imp == module || strings.HasPrefix(imp, module+"/") {
				continue
			}
			if first, _, _ := strings.Cut(imp, "/"); !strings.Contains(first, ".") {
				continue
			}
			name := imp
			for _, m := range []string{"golang.org/x/sys", "golang.org/x/net"} {
				if strings.HasPrefix(imp, m+"/") {
					name = m // the module
				}
			}
			needed[name] = needed[name] || !strings.HasSuffix(f.path, "_test.go")
		}
	}
	for name, outside := range needed {
		if outside && name != "golang.org/x/sys" {
			t.Errorf("%s is imported outside tests", name)
		}
	}
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	var required []string
	for _, m := range regexp.MustCompile(`(?m)^\s*(?:require )?([a-z0-9.]+\.[a-z]+/\S+) v\S+`).FindAllStringSubmatch(string(text), -1) {
		required = append(required, m[1])
	}
	slices.Sort(required)
	if want := slices.Sorted(maps.Keys(needed)); !slices.Equal(required, want) {
		t.Errorf("go.mod requires %v, and the files import %v", required, want)
	}
}
