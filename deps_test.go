package stackedae

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// imports says which packages of this module each of its packages may import:
// one way, front to back. Whoever needs an arrow that is not here should first
// ask whether the code is in the right room.
var imports = map[string][]string{
	"stackedae":                    {},
	"stackedae/internal/files":     {},
	"stackedae/internal/faulty":    {"stackedae/internal/files"},
	"stackedae/internal/parallel":  {},
	"stackedae/internal/npy":       {"stackedae/internal/files"},
	"stackedae/internal/table":     {"stackedae/internal/files"},
	"stackedae/internal/fashion":   {"stackedae/internal/files", "stackedae/internal/parallel"},
	"stackedae/internal/simd":      {},
	"stackedae/model":              {"stackedae/internal/files", "stackedae/internal/npy"},
	"stackedae/graph":              {"stackedae/model", "stackedae/internal/simd", "stackedae/internal/parallel"},
	"stackedae/internal/bench":     {"stackedae/graph", "stackedae/model", "stackedae/internal/simd", "stackedae/internal/parallel"},
	"stackedae/internal/onnx":      {"stackedae/model"},
	"stackedae/train":              {"stackedae/graph", "stackedae/internal/files", "stackedae/model"},
	"stackedae/internal/reference": {"stackedae/internal/fashion", "stackedae/internal/files", "stackedae/model", "stackedae/train"},
	"stackedae/internal/pretrain":  {"stackedae/graph", "stackedae/internal/fashion", "stackedae/model", "stackedae/train"},
	"stackedae/tsne":               {"stackedae/internal/parallel", "stackedae/internal/simd"},
	"stackedae/figure":             {},
	"stackedae/internal/report":    {},
	"stackedae/cmd/stackedae": {
		"stackedae", "stackedae/figure", "stackedae/graph", "stackedae/internal/bench", "stackedae/internal/fashion", "stackedae/internal/files",
		"stackedae/internal/npy", "stackedae/internal/onnx", "stackedae/internal/parallel", "stackedae/internal/pretrain", "stackedae/internal/reference", "stackedae/internal/report", "stackedae/internal/simd", "stackedae/internal/table", "stackedae/model", "stackedae/train", "stackedae/tsne",
	},
}

// TestImportsPointOneWay holds the rule, after std's go/build/deps_test.go.
func TestImportsPointOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for {
		var p struct {
			ImportPath    string
			Imports, Deps []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen++
		allowed, ok := imports[p.ImportPath]
		if !ok {
			t.Errorf("package %s has no line in this test", p.ImportPath)
		}
		for _, i := range p.Imports {
			if strings.HasPrefix(i, "stackedae/") && !slices.Contains(allowed, i) {
				t.Errorf("%s imports %s, want none of ours but %v", p.ImportPath, i, allowed)
			}
		}
		if name := p.ImportPath; name == "stackedae/tsne" || name == "stackedae/figure" {
			for _, d := range p.Deps {
				if strings.HasPrefix(d, "gorgonia.org/") {
					t.Errorf("%s depends on %s, want no Gorgonia: any program can use it alone", name, d)
				}
			}
		}
	}
	if seen != len(imports) {
		t.Errorf("%d packages, want the %d of this test", seen, len(imports))
	}
}
