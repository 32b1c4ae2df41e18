// Command vetall has the analyzers of go vet look at a module as many systems see it.
//
//	vetall GOOS/GOARCH...
//
// It is run in the module's folder, and takes everything from its sources. So the standard library is
// type-checked for each system and not compiled, which go vet does, and which is nearly all the time
// that it takes.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
)

func main() {
	pairs := os.Args[1:]
	if len(pairs) == 0 {
		fmt.Fprintln(os.Stderr, "usage: vetall GOOS/GOARCH...")
		os.Exit(2)
	}
	failed := false
	sources := sources{fset: token.NewFileSet(), files: map[string]parsed{}}
	for _, pair := range pairs {
		findings, err := vet(pair, &sources)
		if err != nil {
			findings = append(findings, err.Error())
		}
		if len(findings) == 0 {
			fmt.Println("ok    vet", pair)
			continue
		}
		failed = true
		fmt.Printf("FAIL  vet %s\n%s\n", pair, strings.Join(findings, "\n"))
	}
	if failed {
		os.Exit(1)
	}
}

// vet returns what is to be said about one system.
func vet(pair string, from *sources) (findings []string, err error) {
	system, processor, ok := strings.Cut(pair, "/")
	if !ok {
		return nil, fmt.Errorf("%q is no GOOS/GOARCH", pair)
	}
	config := &packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedDeps |
			packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo | packages.NeedTypesSizes | packages.NeedModule,
		Env:       append(os.Environ(), "GOOS="+system, "GOARCH="+processor, "CGO_ENABLED=0"),
		Fset:      from.fset,
		ParseFile: from.parse,
		Tests:     true,
	}
	roots, err := packages.Load(config, "./...")
	if err != nil {
		return nil, err
	}
	if len(roots) == 0 {
		return nil, fmt.Errorf("no packages")
	}
	// Also of those that others import: an error there has others unchecked.
	packages.Visit(roots, nil, func(p *packages.Package) {
		for _, e := range p.Errors {
			findings = append(findings, e.Error())
		}
	})
	if len(findings) > 0 {
		return findings, nil
	}
	graph, err := checker.Analyze(suite, roots, nil)
	if err != nil {
		return nil, err
	}
	for _, root := range graph.Roots {
		if root.Err != nil {
			findings = append(findings, fmt.Sprintf("%s: %v", root, root.Err))
		}
		for _, d := range root.Diagnostics {
			findings = append(findings, fmt.Sprintf("%s: %s", from.fset.Position(d.Pos), d.Message))
		}
	}
	slices.Sort(findings)
	return slices.Compact(findings), nil // a package is there once more with its tests
}

// sources keeps what was parsed: most files are the same for many systems.
type sources struct {
	fset  *token.FileSet
	mu    sync.Mutex
	files map[string]parsed
}

type parsed struct {
	file *ast.File
	err  error
}

func (s *sources) parse(fset *token.FileSet, name string, content []byte) (*ast.File, error) {
	s.mu.Lock()
	p, ok := s.files[name]
	s.mu.Unlock()
	if ok {
		return p.file, p.err
	}
	p.file, p.err = parser.ParseFile(fset, name, content, parser.ParseComments|parser.SkipObjectResolution)
	s.mu.Lock()
	s.files[name] = p
	s.mu.Unlock()
	return p.file, p.err
}
