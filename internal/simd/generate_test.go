package simd

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestAssemblyNeedsNoMoreThanItsLevel reads the instruction sets that avo notes
// above each function.
func TestAssemblyNeedsNoMoreThanItsLevel(t *testing.T) {
	source, err := os.ReadFile("zkernels_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	functions := regexp.MustCompile(`// func (\w+?)(AVX2|AVX512)\(.*\n// Requires: (.*)\nTEXT`).FindAllStringSubmatch(string(source), -1)
	if want := bytes.Count(source, []byte("\nTEXT ")); len(functions) != want || want == 0 {
		t.Fatalf("%d functions with a level in their name and their needs noted, want all %d", len(functions), want)
	}
	has := map[string][]string{"AVX2": {"MMX+", "SSE", "SSE2", "AVX", "AVX2", "FMA3"}}
	has["AVX512"] = append([]string{"AVX512F", "AVX512DQ", "AVX512BW", "AVX512VL", "POPCNT", "BMI2"}, has["AVX2"]...)
	for _, f := range functions {
		for _, set := range strings.Split(f[3], ", ") {
			if !slices.Contains(has[f[2]], set) {
				t.Errorf("%s%s needs %s", f[1], f[2], set)
			}
		}
	}
}

// TestAssemblyIsWhatTheGeneratorWrites runs the generator again. It needs avo,
// which a machine without network may not have.
func TestAssemblyIsWhatTheGeneratorWrites(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program: left out by -short")
	}
	if out, err := exec.Command("go", "-C", "_asm", "mod", "download").CombinedOutput(); err != nil {
		t.Skipf("avo is not to be had: %v: %s", err, out)
	}
	dir := t.TempDir()
	names := []string{"zkernels_amd64.s", "zkernels_amd64.go"}
	run := exec.Command("go", "-C", "_asm", "run", ".", "-pkg", "simd",
		"-out", filepath.Join(dir, names[0]), "-stubs", filepath.Join(dir, names[1]))
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", run, err, out)
	}
	for _, name := range names {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		committed, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		// The first line is the command, which names the files written.
		_, got, _ = bytes.Cut(got, []byte("\n"))
		_, committed, _ = bytes.Cut(committed, []byte("\n"))
		if !bytes.Equal(got, committed) {
			t.Errorf("%s is not what _asm writes: run go generate ./internal/simd", name)
		}
	}
}
