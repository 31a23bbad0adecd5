package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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

var allFaults = flag.Bool("faults", false, "let TestFaults walk every command, and also fail everything after the first fault")

// walk is a command that TestFaults runs in a folder with the files of an earlier
// run of it. In the lines DIR is that folder.
type walk struct {
	before  []string // what the folder needs
	line    string
	change  string // what the second run has in place of the first's
	removes bool   // files of the first run that do not belong to the second's
	long    bool   // with -faults only
}

const (
	trainLine = "train --data data --hidden 4,2 --quiet --seed 1 --out DIR"
	tsneLine  = "tsne points.csv --perplexity 2 --seed 1 --start random --quiet --out DIR"
)

// walks has every command. Those without DIR write nothing.
var walks = []walk{
	{line: trainLine + " --epochs 3 --checkpoints 1 --log-steps", change: "--seed 2"},
	{line: "encode --model model/model.safetensors --data data --split test --out DIR", change: "--split valid", removes: true},
	{line: "export --model model/model.safetensors --format npz --out DIR", change: "--quiet"},
	{line: "export --model model/model.safetensors --format onnx --out DIR", change: "--quiet"},
	{line: tsneLine + " --iterations 10", change: "--seed 2"},
	{line: tsneLine + " --iterations 50 --record", change: "--seed 2"},
	{line: "reconstruct --model model/model.safetensors --data data --count 1 --out DIR", change: "--count 2"},
	{line: "summary --hidden 4"},
	{line: "graph --hidden 4"},
	{line: "evaluate --model model/model.safetensors --data data --split test"},

	{line: trainLine + " --epochs 1", change: "--epochs 3 --resume --checkpoint-steps 1", long: true},
	{line: trainLine + " --epochs 2", change: "--seed 2 --checkpoints 0", long: true},
	{line: tsneLine + " --iterations 10 --embedding DIR/plane.csv --transform points.csv", change: "--seed 2", long: true},
	{line: "reconstruct --model model/model.safetensors --data data --count 1 --npy --figure-format svg --out DIR", change: "--count 2", long: true},
	{
		before: []string{"encode --model model/model.safetensors --data data --split test --out DIR"},
		line:   "encode --model model/model.safetensors --images DIR/images.npy --out DIR", change: "--quiet", removes: true, long: true,
	},
	{
		before: []string{
			"encode --model model/model.safetensors --data data --split test --out DIR",
			"tsne DIR/codes.npy --perplexity 2 --iterations 10 --quiet --out DIR",
		},
		line: "plot DIR", change: "--no-legend", long: true,
	},
	{
		before: []string{
			trainLine + " --epochs 1", "encode --model DIR/model.safetensors --data data --split test --out DIR",
			"tsne DIR/codes.npy --perplexity 2 --iterations 50 --record --quiet --out DIR",
		},
		line: "report DIR", change: "--quiet", long: true, // which tells the folder's name
	},
	{before: []string{"export --model model/model.safetensors --format npz --out DIR"}, line: "import DIR/model.npz --out DIR", change: "--quiet", long: true},
	{line: "pretrain --data even --hidden 4 --epochs 1 --labels 10 --steps 8 --seeds 1 --quiet --seed 1 --out DIR", change: "--seed 2", long: true},
	{line: "sweep --data data --hidden 16 --codes 8 --seeds 1 --epochs 30 --batch-size 10 --learning-rate 3 --iterations 10 --quiet --seed 42 --out DIR", change: "--seed 43", long: true},
	{line: "compare --history ours.csv --at 1 --out DIR", change: "--history theirs.csv", long: true},
	{line: "bench --ways static --hidden 4 --seconds .01 --data data --quiet --cpuprofile DIR/cpu.prof", change: "--ways engine", long: true},
	{line: "run --data data --hidden 4,2 --epochs 1 --perplexity 2 --iterations 10 --quiet --seed 1 --out DIR", change: "--seed 2", removes: true, long: true},
}

// TestFaults fails each operation on the file system in turn, at every place where a
// command has one, in a folder with the files of an earlier run. The command must end
// with status 1 and one line with the fault, and each file must be that of before or
// the new one, whole.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("runs commands a hundred times")
	}
	t.Chdir(t.TempDir())
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	writeTinyData(check, "data", "")
	writeTinyData(check, "even", "even")
	check(os.WriteFile("points.csv", []byte(strings.Repeat("1,2,3\n2,3,5\n7,1,1\n5,5,0\n", 5)), 0o644))
	for name, numbers := range map[string]string{"ours.csv": "0.3373,0.8877,0.3155,0.9032", "theirs.csv": "0.3369,0.8882,0.3135,0.9096"} { // of Keras
		check(os.WriteFile(name, []byte("loss,rounded_accuracy,val_loss,val_rounded_accuracy\n"+numbers+"\n"), 0o644))
	}
	mustRun(t, trainLine+" --epochs 1", "model")
	places := 0
	for _, w := range walks {
		if !w.long || *allFaults {
			places += w.run(t)
		}
	}
	t.Logf("%d places", places)
}

// TestFaultsWalksAll sees that no command is missing there.
func TestFaultsWalksAll(t *testing.T) {
	parser, err := newParser(&grammar{}, &app{})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Children {
		walked := slices.ContainsFunc(walks, func(w walk) bool { return strings.HasPrefix(w.line, command.Name+" ") })
		if !walked && !command.Hidden {
			t.Errorf("TestFaults does not walk %s", command.Name)
		}
	}
}

// runIn runs a line in a folder.
func runIn(line, dir string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = run(strings.Fields(strings.ReplaceAll(line, "DIR", dir)), &out, &err)
	return status, out.String(), err.String()
}

func mustRun(t *testing.T, line, dir string) {
	t.Helper()
	if status, _, stderr := runIn(line, dir); status != success {
		t.Fatalf("stackedae %s: status %d, %s", line, status, stderr)
	}
}

// run fails each operation and returns how many there are.
func (w walk) run(t *testing.T) (places int) {
	t.Helper()
	for _, dir := range []string{"first", "out"} {
		if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range append(w.before, w.line) {
		mustRun(t, line, "first")
	}
	first := content(t, "first")
	line := w.line + " " + w.change
	d, _, _ := w.fail(t, line, 0, false)
	last := content(t, "out")
	if writes := strings.Contains(w.line, "DIR"); writes != (len(d.Log) > 0) {
		t.Errorf("stackedae %s: operations %v on the file system", line, d.Log)
	}
	for _, ever := range []bool{false, true} {
		for fails := 1; fails <= len(d.Log) && (!ever || *allFaults); fails++ {
			d, status, stderr := w.fail(t, line, fails, ever)
			if len(d.Log) < fails {
				break // fewer files had to be removed
			}
			places++
			place := fmt.Sprintf("stackedae %s: operation %d, %s", line, fails, d.Log[fails-1])
			if status != failure || !strings.HasPrefix(stderr, "stackedae: ") || !strings.Contains(stderr, faulty.Err.Error()) || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "out") {
				t.Errorf("%s: status %d, standard error %q, want one line with the path", place, status, stderr)
			}
			w.compare(t, place, content(t, "out"), first, last, ever)
			w.gone(t, place, content(t, "out"), first, last)
		}
	}
	return places
}

// fail runs a line in a folder like the first, with a fault.
func (w walk) fail(t *testing.T, line string, fails int, ever bool) (d *faulty.Disk, status int, stderr string) {
	t.Helper()
	if err := errors.Join(os.RemoveAll("out"), os.CopyFS("out", os.DirFS("first"))); err != nil {
		t.Fatal(err)
	}
	d = &faulty.Disk{Fails: fails, Ever: ever}
	restore := files.Exchange(d)
	status, stdout, stderr := runIn(line, "out")
	restore()
	if failed := fails > 0 && len(d.Log) >= fails; failed == (status == success) || failed && strings.Contains(stdout, "wrote") {
		t.Errorf("stackedae %s: operation %d fails: status %d, standard output %q, standard error %q", line, fails, status, stdout, stderr)
	}
	return d, status, stderr
}

// compare compares files after a fault with those of the first run, and of one in
// its place without a fault.
func (w walk) compare(t *testing.T, place string, got, first, last map[string]string, ever bool) {
	t.Helper()
	for name, text := range got {
		switch {
		case strings.HasSuffix(name, ".part") && ever: // it cannot be removed
		case strings.HasPrefix(name, checkpointsDir) && strings.HasSuffix(name, ".safetensors"):
			if _, err := train.LoadCheckpoint(filepath.Join("out", name)); err != nil {
				t.Errorf("%s: %v", place, err)
			}
		case text != first[name] && text != last[name] && !tellsOfTimes(name, text):
			t.Errorf("%s: %s is neither that of before nor the new one", place, name)
		}
	}
}

// written matches the operations that come when files are written: none that a full
// disk fails.
var written = regexp.MustCompile(`, (remove|rename|sync folder)$`)

// gone sees that no file of the first run is lost. Checkpoints make room for others,
// or go once there is another model; what belongs to other codes goes when the new
// ones, whole and safe, only have to be renamed.
func (w walk) gone(t *testing.T, place string, got, first, last map[string]string) {
	t.Helper()
	checkpoints := 0
	for name := range got {
		if strings.HasPrefix(name, checkpointsDir) {
			checkpoints++
		}
	}
	for name := range first {
		if _, ok := got[name]; ok {
			continue
		}
		replaced := got[codesFile] == last[codesFile] || written.MatchString(place)
		if strings.HasPrefix(name, checkpointsDir) {
			replaced = checkpoints > 0 || got[modelFile] == last[modelFile]
		} else if !w.removes {
			replaced = false
		}
		if !replaced {
			t.Errorf("%s: %s is gone", place, name)
		}
	}
}

// tellsOfTimes reports whether a whole file is one that tells how long a run took,
// and so is another one each time.
func tellsOfTimes(name, text string) bool {
	switch name {
	case recordFile:
		return json.Valid([]byte(text))
	case reportFile:
		return strings.HasSuffix(strings.TrimSpace(text), "</html>")
	case "cpu.prof":
		r, err := gzip.NewReader(strings.NewReader(text))
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		return err == nil
	}
	return false
}
