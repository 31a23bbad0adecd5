package onnx

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestSparkExample holds examples/spark to what is written here: it needs half a
// gigabyte of other programs, so no test runs it.
func TestSparkExample(t *testing.T) {
	read := func(name ...string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, name...)...))
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(text), "\r\n", "\n")
	}
	job := read("examples", "spark", "encode.py")
	want := `IMAGES, CODES = "` + Images + `", "` + Codes + `"`
	if !strings.Contains(job, "\n"+want+" ") {
		t.Errorf("encode.py has no line %s", want)
	}

	// The bound of check.py was found with these versions.
	pins := func(name ...string) []string {
		return regexp.MustCompile(`(?m)^(?:onnxruntime|numpy)==\S+$`).FindAllString(read(name...), -1)
	}
	got, checked := pins("examples", "spark", "requirements.txt"), pins("testdata", "onnx", "requirements.txt")
	if len(checked) != 2 || !slices.Equal(got, checked) {
		t.Errorf("the example has %q, testdata/onnx %q, want the same two", got, checked)
	}

	// The README tells of every argument, and of none that is not there.
	argument := regexp.MustCompile(`--[a-z][a-z-]+`)
	readme := read("examples", "spark", "README.md")
	for _, script := range []string{"encode.py", "run.py"} {
		for _, found := range regexp.MustCompile(`add_argument\("(--[a-z-]+)"`).FindAllStringSubmatch(read("examples", "spark", script), -1) {
			if !slices.Contains(argument.FindAllString(readme, -1), found[1]) {
				t.Errorf("README.md says nothing of %s's %s", script, found[1])
			}
		}
	}
}
