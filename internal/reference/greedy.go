// This file reads recordings of training in stages.

package reference

import (
	"fmt"
	"io/fs"
	"path"
)

// greedyStages are the stages of train.Greedy for the chapter's two layers, and the
// folders of their recordings.
var greedyStages = []string{"first", "second", stack}

// stack is the stage that trains all layers, after the others.
const stack = "stack"

// LoadGreedy reads recordings of training by train.Greedy with two layers in the
// encoder: first/runs.jsonl and second/runs.jsonl of the autoencoders of each,
// stack/runs.jsonl of both together after that, each as Load reads it. They must
// have the same seeds in the same order, and the same number of epochs.
func LoadGreedy(folder fs.FS) (*Recordings, error) {
	r := &Recordings{Stages: greedyStages}
	for i, stage := range greedyStages {
		name := path.Join(stage, runsFile)
		runs, err := readRuns(folder, name)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			r.Runs = runs
			continue
		}
		if len(runs) != len(r.Runs) {
			return nil, fmt.Errorf("reference: %s: %d runs, want %d, as of the first stage", name, len(runs), len(r.Runs))
		}
		for j, run := range runs {
			first := &r.Runs[j]
			if run.Seed != first.Seed {
				return nil, fmt.Errorf("reference: %s: run %d has seed %d, want %d, as of the first stage", name, j+1, run.Seed, first.Seed)
			}
			if got, want := run.Final().Epochs(), first.Final().Epochs(); got != want {
				return nil, fmt.Errorf("reference: %s: %d epochs, want %d, as of the first stage", name, got, want)
			}
			first.Histories, first.Test = append(first.Histories, run.Final()), run.Test
		}
	}
	return r, nil
}
