package reference

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"stackedae"
)

func loadKeras(t testing.TB) *Recordings {
	t.Helper()
	r, err := Load(stackedae.Keras())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// loadWay returns Keras' recordings of another way of training.
func loadWay(t testing.TB, way string) *Recordings {
	t.Helper()
	folder, err := fs.Sub(stackedae.Keras(), way)
	if err != nil {
		t.Fatal(err)
	}
	load := Load
	if way == "greedy" {
		load = LoadGreedy
	}
	r, err := load(folder)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestKeras checks that what is embedded is what Keras was asked to record.
func TestKeras(t *testing.T) {
	r := loadKeras(t)
	seeds := map[int64]bool{}
	for _, run := range r.Runs {
		if run.Final().Epochs() != 20 || len(run.Test) != 2 {
			t.Errorf("seed %d: %d epochs and %d numbers of the test, want 20 and 2", run.Seed, run.Final().Epochs(), len(run.Test))
		}
		seeds[run.Seed] = true
	}
	if len(seeds) != 30 || len(r.Runs) != 30 {
		t.Errorf("%d runs of %d seeds, want 30", len(r.Runs), len(seeds))
	}
	var models []string
	for _, s := range r.Steps {
		models = append(models, s.Spec().String())
		if len(s.Loss) != 200 || len(s.Epoch) != int(numbers) {
			t.Errorf("%v: %d steps and %d numbers after an epoch, want 200 and 4", s.Hidden, len(s.Loss), len(s.Epoch))
		}
	}
	if got, want := fmt.Sprint(models), "[784-100-30-100-784 784-64-12-64-784 784-256-64-16-64-256-784]"; got != want {
		t.Errorf("steps of %s, want %s", got, want)
	}

	for way, stages := range map[string]int{"tied": 1, "greedy": 3} {
		r := loadWay(t, way)
		if len(r.Stages) != stages || len(r.Runs) != 10 || r.Epochs() != 10 {
			t.Errorf("%s: %d stages, %d runs, %d epochs, want %d, 10 and 10", way, len(r.Stages), len(r.Runs), r.Epochs(), stages)
		}
		for i, run := range r.Runs {
			if run.Seed != int64(i+1) || len(run.Histories) != stages || len(run.Test) != 2 {
				t.Errorf("%s: run %d has seed %d, %d stages and %d numbers of the test, want %d and 2", way, i+1, run.Seed, len(run.Histories), len(run.Test), stages)
			}
		}
	}
}

func TestLoadGreedyErrors(t *testing.T) {
	run := func(seed, epochs int) string {
		values := "[" + strings.TrimSuffix(strings.Repeat("1,", epochs), ",") + "]"
		return fmt.Sprintf(`{"seed": %d, "history": {"loss": %[2]s, "rounded_accuracy": %[2]s, "val_loss": %[2]s, "val_rounded_accuracy": %[2]s}}`+"\n", seed, values)
	}
	right := run(1, 2) + run(2, 2) + run(3, 2)
	for _, test := range []struct{ stack, want string }{
		{right, ""},
		{"", "stack/runs.jsonl: 0 runs, want at least 3"},
		{right + run(4, 2), "stack/runs.jsonl: 4 runs, want 3, as of the first stage"},
		{run(1, 2) + run(3, 2) + run(2, 2), "stack/runs.jsonl: run 2 has seed 3, want 2, as of the first stage"},
		{run(1, 1) + run(2, 1) + run(3, 1), "stack/runs.jsonl: 1 epochs, want 2, as of the first stage"},
	} {
		r, err := LoadGreedy(fstest.MapFS{
			"first/runs.jsonl": {Data: []byte(right)}, "second/runs.jsonl": {Data: []byte(right)}, "stack/runs.jsonl": {Data: []byte(test.stack)},
		})
		if test.want == "" {
			if err != nil || len(r.Runs) != 3 || len(r.Runs[2].Histories) != 3 {
				t.Errorf("got %v, %v, want 3 runs of 3 stages", r, err)
			}
		} else if err == nil || err.Error() != "reference: "+test.want {
			t.Errorf("got %v, want %q", err, test.want)
		}
	}
	if _, err := LoadGreedy(fstest.MapFS{"runs.jsonl": {Data: []byte(right)}}); err == nil || err.Error() != "reference: first/runs.jsonl: file does not exist" {
		t.Errorf("without stages: got %v", err)
	}
}

func TestLoadErrors(t *testing.T) {
	const (
		run     = `{"seed": 1, "history": {"loss": [1], "rounded_accuracy": [1], "val_loss": [1], "val_rounded_accuracy": [1]}}` + "\n"
		longRun = `{"seed": 1, "history": {"loss": [1,2], "rounded_accuracy": [1,2], "val_loss": [1,2], "val_rounded_accuracy": [1,2]}}` + "\n"
		epoch   = `{"hidden": [100, 30], "history": {"loss": [1], "rounded_accuracy": [1], "val_loss": [1], "val_rounded_accuracy": [1]}}` + "\n"
	)
	keras := func(name string) string {
		content, err := fs.ReadFile(stackedae.Keras(), name)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	steps, weights := keras("steps-100-30.csv"), keras("steps-100-30.npz")
	type folder = map[string]string
	for _, test := range []struct {
		files folder
		want  string
	}{
		{folder{}, "runs.jsonl: file does not exist"},
		{folder{"runs.jsonl": run + "\n" + run}, "runs.jsonl: 2 runs, want at least 3"},
		{folder{"runs.jsonl": run + "{"}, "runs.jsonl: line 2: unexpected end of JSON"},
		{folder{"runs.jsonl": run + "7"}, "runs.jsonl: line 2: json: cannot unmarshal number"},
		{folder{"runs.jsonl": run + longRun}, "line 2: 2 epochs, want 1, as in the first run"},
		{folder{"runs.jsonl": run + `{"history": {"loss": [1]}}`}, "line 2: 0 epochs of rounded_accuracy, want 1, as of loss"},
		{folder{"runs.jsonl": run + `{"seed": 2}`}, "line 2: no epochs of loss"},
		{folder{"steps-x.csv": steps}, `steps-x.csv: layer "x" in the name`},
		{folder{"steps-100-0.csv": steps}, "steps-100-0.csv: model: encoder layer 1 of 0 units"},
		{folder{"steps-100-30.csv": "a,b\n"}, `steps-100-30.csv: want a line "step,loss,rounded_accuracy"`},
		{folder{"steps-100-30.csv": "step,loss,rounded_accuracy\n2,1,1\n"}, "line 2: got 2,1,1, want step 1"},
		{folder{"steps-100-30.csv": "step,loss,rounded_accuracy\n1,0,1\n"}, "a loss above 0"},
		{folder{"steps-100-30.csv": "step,loss,rounded_accuracy\n1,.7,NaN\n"}, "an accuracy from 0 to 1"},
		{folder{"steps-100-30.csv": steps}, "steps-100-30.npz: file does not exist"},
		{folder{"steps-100-30.csv": steps, "steps-100-30.npz": steps}, "steps-100-30.npz: model: npy: want a .npz file"},
		{folder{"steps-64-12.csv": steps, "steps-64-12.npz": weights}, "steps-64-12.npz: model: encoder.0.kernel (arr_0): []float32 of shape [784 100], want floats of shape [784 64]"},
		{folder{"epochs.jsonl": epoch}, "epochs.jsonl: line 1: hidden layers [100 30], of which there are no steps"},
		{folder{"epochs.jsonl": longRun}, "epochs.jsonl: line 1: 2 epochs, want one"},
	} {
		m := fstest.MapFS{"runs.jsonl": {Data: []byte(run + run + run)}}
		if len(test.files) == 0 {
			clear(m)
		}
		for name, content := range test.files {
			m[name] = &fstest.MapFile{Data: []byte(content)}
		}
		_, err := Load(m)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "reference: ") {
			t.Errorf("got %v, want %q", err, test.want)
		}
	}
}
