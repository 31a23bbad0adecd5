// This file reads recordings: a folder of the files that the scripts of
// testdata/keras write.

package reference

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"

	"stackedae/internal/fashion"
	"stackedae/internal/files"
	"stackedae/model"
)

// Recordings is what another program has recorded.
type Recordings struct {
	Runs  []Run   // of the same settings, each from other random numbers
	Steps []Steps // may be empty
}

// Run is a whole training.
type Run struct {
	Seed    int64
	Program string // the version of Keras, may be empty
	History History
	Test    []float64 // loss and rounded accuracy of the test images; may be nil
}

// Steps is the beginning of a training on unshuffled batches from known weights.
type Steps struct {
	Hidden                []int // units of the encoder's layers
	Loss, RoundedAccuracy []float64

	start []byte // the weights, as numpy.savez writes Keras' get_weights
}

// Spec returns the architecture.
func (s Steps) Spec() model.Spec { return model.Stacked(fashion.Pixels, s.Hidden...) }

// The files of a folder of recordings. A pair of steps-*.csv and .npz is there
// for each model.
const (
	runsFile    = "runs.jsonl"
	stepsPrefix = "steps-"
	stepsHeader = "step,loss,rounded_accuracy"
)

// MinRuns is the least number of runs that a spread can be told of.
const MinRuns = 3

// Limits of what is read, far above what is recorded.
const (
	maxRunsBytes  = 1 << 27
	maxStepsBytes = 1 << 24
	maxStartBytes = 4*model.MaxParameters + 1<<20
)

// Load reads the recordings in a folder. runs.jsonl must be there, with at
// least MinRuns runs of the same number of epochs, a JSON object a line:
//
//	{"seed": 1, "keras": "2.15.0", "test": [loss, accuracy], "history": {"loss": [...], "rounded_accuracy": [...],
//	 "val_loss": [...], "val_rounded_accuracy": [...]}}
//
// of which history alone is necessary. For each model steps-100-30.csv, say,
// holds the loss and rounded accuracy of the steps from the weights in
// steps-100-30.npz. Other files are ignored.
func Load(folder fs.FS) (*Recordings, error) {
	r := new(Recordings)
	var err error
	if r.Runs, err = readRuns(folder); err != nil {
		return nil, fmt.Errorf("reference: %s: %w", runsFile, err)
	}
	names, err := fs.Glob(folder, stepsPrefix+"*.csv")
	if err != nil {
		return nil, fmt.Errorf("reference: %w", files.Reason(err))
	}
	for _, name := range names {
		steps, err := readSteps(folder, strings.TrimSuffix(name, ".csv"))
		if err != nil {
			return nil, fmt.Errorf("reference: %w", err)
		}
		r.Steps = append(r.Steps, steps)
	}
	// In the order of their layers, the chapter's first.
	slices.SortStableFunc(r.Steps, func(a, b Steps) int { return len(a.Hidden) - len(b.Hidden) })
	return r, nil
}

func readRuns(folder fs.FS) ([]Run, error) {
	content, err := read(folder, runsFile, maxRunsBytes)
	if err != nil {
		return nil, err
	}
	var runs []Run
	lines := bufio.NewScanner(strings.NewReader(string(content)))
	lines.Buffer(nil, len(content)+1)
	for number := 1; lines.Scan(); number++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		run, err := readRun(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if len(runs) > 0 && run.History.Epochs() != runs[0].History.Epochs() {
			return nil, fmt.Errorf("line %d: %d epochs, want %d, as in the first run", number, run.History.Epochs(), runs[0].History.Epochs())
		}
		runs = append(runs, run)
	}
	if len(runs) < MinRuns {
		return nil, fmt.Errorf("%d runs, want at least %d", len(runs), MinRuns)
	}
	return runs, lines.Err()
}

func readRun(line []byte) (Run, error) {
	var recorded struct {
		Seed    int64                `json:"seed"`
		Keras   string               `json:"keras"`
		Test    []float64            `json:"test"`
		History map[string][]float64 `json:"history"`
	}
	if err := json.Unmarshal(line, &recorded); err != nil {
		return Run{}, err
	}
	run := Run{Seed: recorded.Seed, Program: recorded.Keras, Test: recorded.Test}
	for n := range run.History {
		run.History[n] = recorded.History[Number(n).String()]
	}
	return run, run.History.validate()
}

// readSteps reads the pair of files of a model.
func readSteps(folder fs.FS, name string) (s Steps, err error) {
	for field := range strings.SplitSeq(strings.TrimPrefix(name, stepsPrefix), "-") {
		units, err := strconv.Atoi(field)
		if err != nil {
			return s, fmt.Errorf("%s.csv: layer %q in the name, want a number of units", name, field)
		}
		s.Hidden = append(s.Hidden, units)
	}
	if err := s.Spec().Validate(); err != nil {
		return s, fmt.Errorf("%s.csv: %w", name, err)
	}
	content, err := read(folder, name+".csv", maxStepsBytes)
	if err != nil {
		return s, fmt.Errorf("%s.csv: %w", name, err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(content))).ReadAll()
	if err != nil {
		return s, fmt.Errorf("%s.csv: %w", name, err)
	}
	if len(rows) < 2 || strings.Join(rows[0], ",") != stepsHeader {
		return s, fmt.Errorf("%s.csv: want a line %q and a line a step", name, stepsHeader)
	}
	for i, row := range rows[1:] {
		loss, errLoss := strconv.ParseFloat(row[1], 64)
		accuracy, errAccuracy := strconv.ParseFloat(row[2], 64)
		if err := errors.Join(errLoss, errAccuracy); err != nil || row[0] != strconv.Itoa(i+1) || !(loss > 0) || math.IsInf(loss, 0) || !(accuracy >= 0 && accuracy <= 1) {
			return s, fmt.Errorf("%s.csv: line %d: got %s, want step %d, a loss above 0 and an accuracy from 0 to 1", name, i+2, strings.Join(row, ","), i+1)
		}
		s.Loss, s.RoundedAccuracy = append(s.Loss, loss), append(s.RoundedAccuracy, accuracy)
	}
	if s.start, err = read(folder, name+".npz", maxStartBytes); err != nil {
		return s, fmt.Errorf("%s.npz: %w", name, err)
	}
	if _, err := s.Start(); err != nil {
		return s, fmt.Errorf("%s.npz: %w", name, err)
	}
	return s, nil
}

// Start returns a new model with the weights before the first step.
func (s Steps) Start() (*model.Model, error) {
	return model.ReadNPZ(strings.NewReader(string(s.start)), int64(len(s.start)), s.Spec())
}

// read returns the content of a file of at most limit bytes. Its errors do not
// name the file.
func read(folder fs.FS, name string, limit int64) ([]byte, error) {
	f, size, err := files.OpenFS(folder, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > limit {
		return nil, fmt.Errorf("%d bytes, want at most %d", size, limit)
	}
	content, err := io.ReadAll(io.LimitReader(f, size))
	return content, files.Reason(err)
}
