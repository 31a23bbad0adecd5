package stackedae

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAnotherModuleEmbedsItsPoints builds a program of another module that
// imports package tsne alone, and runs it.
func TestAnotherModuleEmbedsItsPoints(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	gonum, err := exec.Command("go", "list", "-m", "-f", "{{.Path}} {{.Version}}", "gonum.org/v1/gonum").Output()
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.sum": string(sums),
		"go.mod": "module user\n\ngo 1.26.0\n\nrequire (\n\tstackedae v0.0.0\n\t" + string(gonum) + ")\n\nreplace stackedae => " + filepath.ToSlash(here) + "\n",
		"main.go": `package main

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"
	"stackedae/tsne"
)

func main() {
	points := mat.NewDense(40, 3, nil)
	for i := range 40 {
		points.SetRow(i, []float64{float64(i%2) * 10, float64(i), 1})
	}
	result, err := tsne.Embed(context.Background(), points, &tsne.Settings{Perplexity: 5})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Embedding.Dims())
}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := exec.Command("go", "run", "-mod=mod", ".")
	run.Dir = dir
	run.Env = append(os.Environ(), "GOFLAGS=", "GOPROXY=off") // all it needs is there already
	out, err := run.CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "40 2" {
		t.Errorf("the program printed %q (%v), want 40 2", out, err)
	}
}
