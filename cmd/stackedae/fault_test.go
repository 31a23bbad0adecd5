package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stackedae/internal/faulty"
	"stackedae/internal/files"
	"stackedae/train"
)

// content returns what is in a folder and those below it, by path.
func content(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		found[strings.TrimPrefix(path, dir+string(filepath.Separator))] = string(data)
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return found
}

var allFaults = flag.Bool("faults", false, "let TestFaults also fail everything after the first fault")

// TestFaults fails each operation on the file system in turn, at every place where a
// command has one, in a folder with the files of an earlier run. The command must end
// with status 1 and one line with the fault, and each file must be that of before or
// the new one, whole.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("runs commands a hundred times")
	}
	dir := t.TempDir()
	t.Chdir(dir)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	writeTinyData(check, "data", "")
	do := func(line string) (status int, stdout, stderr string) {
		var out, err bytes.Buffer
		status = run(strings.Fields(line), &out, &err)
		return status, out.String(), err.String()
	}
	must := func(line string) {
		t.Helper()
		if status, _, stderr := do(line); status != success {
			t.Fatalf("stackedae %s: status %d, %s", line, status, stderr)
		}
	}
	must("train --data data --hidden 4,2 --epochs 1 --out model --quiet")
	must("reconstruct --model model/model.safetensors --data data --count 5 --npy --out model")
	must("export --model model/model.safetensors --format npz --out model")
	check(os.Rename("model/reconstructions.npy", "one.npy"))
	mkzeros(check, "two.npy", []int{3, 784}, false)
	check(os.WriteFile("points.csv", []byte(strings.Repeat("1,2,3\n2,3,5\n7,1,1\n5,5,0\n", 5)), 0o644))
	places, modes := 0, 1
	if *allFaults {
		modes = 2
	}
	for _, c := range []struct {
		line, change string // what a second run has in place of the first's
		removes      bool   // files of the first run that do not belong to the second's
		long         bool   // with -faults only
	}{
		{line: "train --data data --hidden 4,2 --epochs 3 --checkpoints 1 --log-steps --quiet --seed 1", change: "--seed 2"},
		{line: "encode --model model/model.safetensors --data data --split test", change: "--split valid", removes: true},
		{line: "encode --model model/model.safetensors --images one.npy", change: "--images two.npy", removes: true},
		{line: "export --model model/model.safetensors --format npz", change: "--quiet"},
		{line: "import model/model.npz", change: "--quiet"},
		{line: "tsne points.csv --perplexity 2 --iterations 10 --seed 1 --start random --quiet", change: "--seed 2"},
		{line: "reconstruct --model model/model.safetensors --data data --count 1", change: "--count 2"},
		{line: "export --model model/model.safetensors --format onnx", change: "--quiet"},
		{line: "tsne points.csv --perplexity 2 --iterations 50 --seed 1 --start random --record --quiet", change: "--seed 2"},
		{line: "run --data data --hidden 4,2 --epochs 1 --perplexity 2 --iterations 10 --quiet --seed 1", change: "--seed 2", removes: true, long: true},
	} {
		if c.long && !*allFaults {
			continue
		}
		check(os.RemoveAll("first"))
		must(c.line + " --out first")
		first := content(t, "first")
		var last map[string]string
		for _, ever := range []bool{false, true}[:modes] {
			for fails := 0; ; fails++ { // the first time without a fault
				check(os.RemoveAll("out"))
				check(os.CopyFS("out", os.DirFS("first")))
				d := &faulty.Disk{Fails: fails, Ever: ever}
				restore := files.Exchange(d)
				line := c.line + " " + c.change + " --out out"
				status, stdout, stderr := do(line)
				restore()
				got := content(t, "out")
				if fails == 0 {
					if status != success {
						t.Fatalf("stackedae %s: status %d, %s", line, status, stderr)
					}
					last = got
					continue
				}
				if len(d.Log) < fails {
					break
				}
				places++
				place := fmt.Sprintf("stackedae %s: operation %d, %s", line, fails, d.Log[fails-1])
				if status != failure || !strings.HasPrefix(stderr, "stackedae: ") || !strings.Contains(stderr, faulty.Err.Error()) || strings.Count(stderr, "\n") != 1 {
					t.Errorf("%s: status %d, standard error %q", place, status, stderr)
				}
				if !strings.Contains(stderr, "out") || strings.Contains(stdout, "wrote") {
					t.Errorf("%s: no path in %q, or standard output %q", place, stderr, stdout)
				}
				for _, name := range slices.Sorted(maps.Keys(got)) {
					if strings.HasPrefix(name, checkpointsDir) && strings.HasSuffix(name, ".safetensors") {
						if _, err := train.LoadCheckpoint(filepath.Join("out", name)); err != nil {
							t.Errorf("%s: %v", place, err)
						}
					}
					if strings.HasSuffix(name, ".part") && ever {
						continue // it cannot be removed
					}
					if text := got[name]; text != first[name] && text != last[name] && !strings.HasPrefix(name, checkpointsDir) && !tellsOfTimes(name, text) {
						t.Errorf("%s: %s is neither that of before nor the new one", place, name)
					}
				}
				for name := range first {
					if _, ok := got[name]; !ok && !c.removes && !strings.HasPrefix(name, checkpointsDir) {
						t.Errorf("%s: %s is gone", place, name)
					}
				}
			}
		}
	}
	t.Logf("%d places", places)
}

// tellsOfTimes reports whether a whole file is one that tells how long a run took,
// and so is another one each time.
func tellsOfTimes(name, text string) bool {
	switch name {
	case recordFile:
		return json.Valid([]byte(text))
	case reportFile:
		return strings.HasSuffix(strings.TrimSpace(text), "</html>")
	}
	return false
}
