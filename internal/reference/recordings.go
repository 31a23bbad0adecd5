// This file reads recordings: folders of the files that the scripts of
// testdata/keras write.

package reference

import (
	"bytes"
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
	"stackedae/train"
)

// Recordings is what another program has recorded.
type Recordings struct {
	// Stages are the names of the trainings that a run consists of, the whole
	// model's last. Unless the training is greedy it is the only one, without a name.
	Stages []string
	Runs   []Run   // of the same settings, each from other random numbers
	Steps  []Steps // may be empty
}

// Run is a whole training.
type Run struct {
	Seed      int64
	Program   string    // the version of Keras, may be empty
	Histories []History // a stage each
	Test      []float64 // loss and rounded accuracy of the test images; may be nil
}

// Final returns the whole model's history.
func (r Run) Final() History { return r.Histories[len(r.Histories)-1] }

// Epochs returns how many epochs a run has, in each stage.
func (r *Recordings) Epochs() int { return r.Runs[0].Final().Epochs() }

// Final returns the recordings of the whole model's training alone.
func (r *Recordings) Final() *Recordings {
	final := &Recordings{Stages: r.Stages[len(r.Stages)-1:], Steps: r.Steps}
	for _, run := range r.Runs {
		run.Histories = []History{run.Final()}
		final.Runs = append(final.Runs, run)
	}
	return final
}

// Steps is the beginning of a training on unshuffled batches from known weights.
type Steps struct {
	Hidden                []int // units of the encoder's layers
	Tied                  bool  // the decoder has the encoder's kernels
	Loss, RoundedAccuracy []float64

	// LearningRate is that of the training.
	LearningRate float64

	// Epoch is the four numbers after the epoch that begins with these steps; nil
	// if they are not recorded.
	Epoch []float64

	start []byte // the weights, as numpy.savez writes Keras' get_weights
}

// Spec returns the architecture.
func (s Steps) Spec() model.Spec {
	spec := model.Stacked(fashion.Pixels, s.Hidden...)
	spec.Tied = s.Tied
	return spec
}

// The files of a folder of recordings. A pair of steps-*.csv and .npz is there
// for each model.
const (
	runsFile    = "runs.jsonl"
	epochsFile  = "epochs.jsonl"
	stepsPrefix = "steps-"
	tiedPrefix  = "tied-" // follows, if the model is tied
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
// steps-100-30.npz, and steps-tied-100-30.csv of the tied model. epochs.jsonl may
// have a line for any of these models, with the learning rate of the steps, unless
// it is 1.5, and the history of the one epoch that begins with them:
//
//	{"hidden": [100, 30], "learning_rate": 1.5, "history": {"loss": [...], ...}}
//
// Other files are ignored.
func Load(folder fs.FS) (*Recordings, error) {
	r := &Recordings{Stages: []string{""}}
	var err error
	if r.Runs, err = readRuns(folder, runsFile); err != nil {
		return nil, err
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
	if err := r.readEpochs(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reference: %s: %w", epochsFile, err)
	}
	// In the order of their layers, the chapter's first.
	slices.SortStableFunc(r.Steps, func(a, b Steps) int { return len(a.Hidden) - len(b.Hidden) })
	return r, nil
}

func readRuns(folder fs.FS, name string) (runs []Run, err error) {
	err = readLines(folder, name, func(line []byte) error {
		var recorded struct {
			Seed    int64     `json:"seed"`
			Keras   string    `json:"keras"`
			Test    []float64 `json:"test"`
			History histories `json:"history"`
		}
		if err := json.Unmarshal(line, &recorded); err != nil {
			return err
		}
		h, err := recorded.History.history()
		if err == nil && len(runs) > 0 && h.Epochs() != runs[0].Final().Epochs() {
			err = fmt.Errorf("%d epochs, want %d, as in the first run", h.Epochs(), runs[0].Final().Epochs())
		}
		runs = append(runs, Run{recorded.Seed, recorded.Keras, []History{h}, recorded.Test})
		return err
	})
	if err == nil && len(runs) < MinRuns {
		err = fmt.Errorf("%d runs, want at least %d", len(runs), MinRuns)
	}
	if err != nil {
		return nil, fmt.Errorf("reference: %s: %w", name, err)
	}
	return runs, nil
}

// readEpochs gives the steps their Epoch.
func (r *Recordings) readEpochs(folder fs.FS) error {
	return readLines(folder, epochsFile, func(line []byte) error {
		var recorded struct {
			Hidden       []int     `json:"hidden"`
			LearningRate *float64  `json:"learning_rate"`
			History      histories `json:"history"`
		}
		if err := json.Unmarshal(line, &recorded); err != nil {
			return err
		}
		h, err := recorded.History.history()
		if err != nil {
			return err
		}
		if h.Epochs() != 1 {
			return fmt.Errorf("%d epochs, want one", h.Epochs())
		}
		i := slices.IndexFunc(r.Steps, func(s Steps) bool { return slices.Equal(s.Hidden, recorded.Hidden) })
		if i < 0 {
			return fmt.Errorf("hidden layers %v, of which there are no steps", recorded.Hidden)
		}
		if rate := recorded.LearningRate; rate != nil {
			if !(*rate > 0) || math.IsInf(*rate, 1) {
				return fmt.Errorf("learning rate %v, want a positive number", *rate)
			}
			r.Steps[i].LearningRate = *rate
		}
		for _, values := range h {
			r.Steps[i].Epoch = append(r.Steps[i].Epoch, values[0])
		}
		return nil
	})
}

// histories is a History as Keras has it.
type histories map[string][]float64

func (named histories) history() (h History, err error) {
	for n := range h {
		h[n] = named[Number(n).String()]
	}
	return h, h.validate()
}

// readLines calls use with each line of a file that is not blank.
func readLines(folder fs.FS, name string, use func(line []byte) error) error {
	content, err := read(folder, name, maxRunsBytes)
	if err != nil {
		return err
	}
	number := 0
	for line := range bytes.Lines(content) {
		number++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if err := use(line); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
	return nil
}

// readSteps reads the pair of files of a model.
func readSteps(folder fs.FS, name string) (s Steps, err error) {
	s.LearningRate = train.DefaultLearningRate
	hidden, tied := strings.CutPrefix(strings.TrimPrefix(name, stepsPrefix), tiedPrefix)
	s.Tied = tied
	for field := range strings.SplitSeq(hidden, "-") {
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
	rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
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
	return model.ReadNPZ(bytes.NewReader(s.start), int64(len(s.start)), s.Spec())
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
