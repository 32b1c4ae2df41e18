package future

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// notCombinators says why something that is given futures or streams is not among the subjects.
var notCombinators = map[string]string{
	"Spawn":       "runs it",
	"SpawnWith":   "runs it",
	"SpawnMany":   "runs them",
	"SpawnIn":     "runs it; see InScope",
	"RunUntil":    "blocks",
	"BlockOn":     "blocks",
	"BlockOnWith": "blocks",
	"Await":       "blocks",
	"ToSeq":       "blocks; see TestToSeqCancels",
	"PollWith":    "polls it once",
}

// sources is what is among the subjects without being given anything to wait for.
var sources = []string{"After", "At", "Interval", "StreamOf", "FromSeq", "FromChan", "Lazy", "Shared"}

// TestSubjectsAreComplete: whatever is exported and is given futures or streams is a subject of the
// tests here, and has an example.
func TestSubjectsAreComplete(t *testing.T) {
	t.Parallel()
	given, examples := exported(t)
	tested := make(map[string]bool)
	for _, s := range subjects {
		if tested[s.name] {
			t.Errorf("%s is among the subjects twice", s.name)
		}
		tested[s.name] = true
	}
	for name := range given {
		if notCombinators[name] == "" && !tested[name] {
			t.Errorf("%s is not among the subjects of the tests", name)
		}
	}
	for _, name := range sources {
		given[name] = true
	}
	for name := range tested {
		if !given[name] {
			t.Errorf("the subject %s is not exported, or is given nothing to wait for", name)
		}
	}
	for name := range given {
		if !examples[name] && (tested[name] || notCombinators[name] != "") {
			t.Errorf("%s has no example", name)
		}
	}
}

// exported returns what is exported and is given futures or streams, functions and types with such
// methods, and what has an example.
func exported(t *testing.T) (given, examples map[string]bool) {
	given, examples = make(map[string]bool), make(map[string]bool)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if strings.HasSuffix(file, "_test.go") {
				if name, ok := strings.CutPrefix(f.Name.Name, "Example"); ok {
					name, _, _ = strings.Cut(name, "_")
					examples[name] = true
				}
				continue
			}
			name := f.Name.Name
			if f.Recv != nil {
				name = receiver(f.Recv.List[0].Type)
			}
			if f.Name.IsExported() && ast.IsExported(name) && waits(f.Type.Params) {
				given[name] = true
			}
		}
	}
	return given, examples
}

// receiver is the name of the type of a method.
func receiver(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// waits says whether one of the parameters is a Future or a Stream, or has to do with one.
func waits(params *ast.FieldList) (found bool) {
	ast.Inspect(params, func(n ast.Node) bool {
		if x, ok := n.(*ast.Ident); ok && (x.Name == "Future" || x.Name == "Stream") {
			found = true
		}
		return !found
	})
	return found
}
