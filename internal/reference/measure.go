// This file says which numbers of a run are judged.

package reference

import (
	"fmt"
	"slices"
)

// Measure is one of the numbers by which runs are compared.
type Measure struct {
	Stage string // of Recordings.Stages
	Epoch int
	// Since is the epoch whose number is subtracted; 0 if none is.
	Since  int
	Number Number

	stage int // its index
}

// String names the measure.
func (m Measure) String() string {
	name := fmt.Sprintf("%v of epoch %d", m.Number, m.Epoch)
	if m.Since > 0 {
		name += fmt.Sprintf(" less that of epoch %d", m.Since)
	}
	if m.Stage != "" {
		name += " in stage " + m.Stage
	}
	return name
}

// of returns the number of a run, a history a stage.
func (m Measure) of(run []History) float64 {
	values := run[m.stage][m.Number]
	if m.Since > 0 {
		return values[m.Epoch-1] - values[m.Since-1]
	}
	return values[m.Epoch-1]
}

// measures returns what is judged at the epochs, at least one: the four numbers at
// each in every stage. Those of the stack, which begins with trained weights, differ
// more from run to run than its training changes them, so the changes since the
// first of the epochs are judged too.
func (r *Recordings) measures(epochs []int) (all []Measure) {
	first := slices.Min(epochs)
	for stage, name := range r.Stages {
		for _, epoch := range epochs {
			for number := range numbers {
				all = append(all, Measure{Stage: name, Epoch: epoch, Number: number, stage: stage})
			}
			for number := range numbers {
				if name == stack && epoch > first {
					all = append(all, Measure{Stage: name, Epoch: epoch, Since: first, Number: number, stage: stage})
				}
			}
		}
	}
	return all
}

// recorded returns the numbers of all recorded runs.
func (r *Recordings) recorded(m Measure) []float64 {
	values := make([]float64, len(r.Runs))
	for i, run := range r.Runs {
		values[i] = m.of(run.Histories)
	}
	return values
}
