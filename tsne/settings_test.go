package tsne

import (
	"math"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestSettingsRefused(t *testing.T) {
	for _, c := range []struct {
		name     string
		settings Settings
		points   int
		want     string
	}{
		{"preset", Settings{Preset: 7}, 100, "tsne: preset: got the number 7, want 0 to 2: default, sklearn or sklearn-0.2x"},
		{"perplexity NaN", Settings{Perplexity: math.NaN()}, 100, "tsne: perplexity: got NaN, want a finite number above 1, or 0 for 30"},
		{"perplexity infinite", Settings{Perplexity: math.Inf(1)}, 100, "tsne: perplexity: got +Inf, want a finite number above 1, or 0 for 30"},
		{"perplexity 1", Settings{Perplexity: 1}, 100, "tsne: perplexity: got 1, want a finite number above 1, or 0 for 30"},
		{"perplexity negative", Settings{Perplexity: -5}, 100, "tsne: perplexity: got -5, want a finite number above 1, or 0 for 30"},
		{"perplexity too large", Settings{}, 90, "tsne: perplexity: got 30 for 90 points, want at most 29.66, a third of the other points"},
		{"too few points", Settings{}, 4, "tsne: points: got 4 rows, want at least 5, or the preset sklearn"},
		{"one point", Settings{Preset: SKLearn, Perplexity: 1.5}, 1, "tsne: points: got 1 rows, want at least 2"},
		{"perplexity of scikit-learn", Settings{Preset: SKLearn, Perplexity: 90}, 90, "tsne: perplexity: got 90 for 90 points, want below 90"},
		{"iterations", Settings{Iterations: -1}, 100, "tsne: iterations: got -1, want a positive number, or 0 for the schedule's"},
		{"empty schedule", Settings{Schedule: []Phase{}}, 100, "tsne: schedule: got no phase, want at least one"},
		{"phase without iterations", Settings{Schedule: []Phase{{}}}, 100, "tsne: schedule: phase 0: iterations: got 0, want at least 1"},
		{"exaggeration", Settings{Schedule: []Phase{{Iterations: 1, Exaggeration: -1, Momentum: 0, LearningRate: 0}}}, 100, "tsne: schedule: phase 0: exaggeration: got -1, want a positive number, or 0 for 1"},
		{"momentum", Settings{Schedule: []Phase{{Iterations: 1, Exaggeration: 1, Momentum: .5, LearningRate: 0}, {Iterations: 1, Exaggeration: 1, Momentum: 1, LearningRate: 0}}}, 100, "tsne: schedule: phase 1: momentum: got 1, want at least 0 and below 1"},
		{"learning rate", Settings{Schedule: []Phase{{Iterations: 1, Exaggeration: 1, Momentum: 0, LearningRate: math.NaN()}}}, 100, "tsne: schedule: phase 0: learning rate: got NaN, want a positive number, or 0 for points/(4·exaggeration)"},
		{"end exaggeration", Settings{Schedule: []Phase{{Iterations: 1, EndExaggeration: math.Inf(1)}}}, 100, "tsne: schedule: phase 0: end exaggeration: got +Inf, want a positive number, or 0 for no change"},
		{"end momentum", Settings{Schedule: []Phase{{Iterations: 1, EndMomentum: 1}}}, 100, "tsne: schedule: phase 0: end momentum: got 1, want above 0 and below 1, or 0 for no change"},
		{"repulsion", Settings{Repulsion: 9}, 100, "tsne: repulsion: got the number 9, want 0 to 2: auto, exact or mesh"},
		{"metric", Settings{Metric: -1}, 100, "tsne: metric: got the number -1, want 0 to 1: euclidean or cosine"},
		{"initial", Settings{Initial: 3}, 100, "tsne: initial: got the number 3, want 0 to 2: preset, pca or random"},
		{"neighbors", Settings{Neighbors: 3}, 100, "tsne: neighbors: got the number 3, want 0 to 2: auto, exact or approximate"},
		{"one component", Settings{PCA: 1}, 100, "tsne: PCA: got 1 components, want at least 2, or 0 for none"},
		{"negative components", Settings{PCA: -2}, 100, "tsne: PCA: got -2 components, want at least 2, or 0 for none"},
		{"start", Settings{Start: mat.NewDense(99, 2, nil)}, 100, "tsne: start: got 99 x 2, want 100 x 2, a row for each point"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.settings.Validate(c.points)
			if err == nil || err.Error() != c.want {
				t.Errorf("error = %v, want %v", err, c.want)
			}
		})
	}
}

func TestSettingsAccepted(t *testing.T) {
	for _, c := range []struct {
		name        string
		settings    *Settings
		points      int
		neighbors   int
		mesh        bool
		approximate bool
	}{
		{"nil", nil, 5000, 91, true, false},
		{"zero", &Settings{}, 91, 90, false, false},
		{"largest perplexity", &Settings{Perplexity: 3}, 10, 9, false, false},
		{"least points", &Settings{Perplexity: 1.2}, 5, 4, false, false},
		{"scikit-learn's perplexity", &Settings{Preset: SKLearn, Perplexity: 89.5}, 90, 89, false, false},
		{"two points", &Settings{Preset: SKLearn, Perplexity: 1.5}, 2, 1, false, false},
		{"fraction", &Settings{Perplexity: 5.5}, 100, 17, false, false},
		{"exact sum for many", &Settings{Repulsion: ExactSum}, 5000, 91, false, false},
		{"mesh for few", &Settings{Repulsion: Mesh}, 100, 91, true, false},
		{"mesh from here on", nil, meshPoints, 91, true, false},
		{"exact sum below", nil, meshPoints - 1, 91, false, false},
		{"approximate neighbours from here on", nil, approximatePoints, 91, true, true},
		{"exact neighbours below", nil, approximatePoints - 1, 91, true, false},
		{"approximate neighbours for few", &Settings{Neighbors: ApproximateNeighbors}, 100, 91, false, true},
		{"exact neighbours for many", &Settings{Neighbors: ExactNeighbors}, approximatePoints, 91, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.settings.resolve(c.points)
			if err != nil {
				t.Fatal(err)
			}
			if got.neighbors != c.neighbors || got.mesh != c.mesh || got.approximate != c.approximate {
				t.Errorf("neighbours %d, mesh %v, approximate %v, want %d, %v, %v", got.neighbors, got.mesh, got.approximate, c.neighbors, c.mesh, c.approximate)
			}
		})
	}
}

func TestIterationsChangeTheEndOfTheSchedule(t *testing.T) {
	for _, c := range []struct {
		iterations int
		want       []int
	}{
		{0, []int{100, 100, 550}}, {1000, []int{100, 100, 800}}, {750, []int{100, 100, 550}}, {201, []int{100, 100, 1}}, {200, []int{100, 100}}, {10, []int{10}},
	} {
		got, err := (&Settings{Iterations: c.iterations}).resolve(1000)
		if err != nil {
			t.Fatal(err)
		}
		var lengths []int
		for _, phase := range got.phases {
			lengths = append(lengths, phase.Iterations)
		}
		if !reflect.DeepEqual(lengths, c.want) {
			t.Errorf("phases of %d iterations have the lengths %v, want %v", c.iterations, lengths, c.want)
		}
	}
}

// The numbers are those of tsne.py in openTSNE and of _t_sne.py in scikit-learn.
func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		preset Preset
		points int
		want   []Phase
	}{
		{Default, 4800, []Phase{
			{Iterations: 100, Exaggeration: 12, Momentum: .8},
			{Iterations: 100, Exaggeration: 12, EndExaggeration: 1, Momentum: .8},
			{Iterations: 550, Momentum: .9, EndMomentum: .98},
		}},
		{SKLearn, 4800, []Phase{{Iterations: 250, Exaggeration: 12, Momentum: .5, LearningRate: 100}, {Iterations: 750, Exaggeration: 1, Momentum: .8, LearningRate: 100}}},
		{SKLearn, 480, []Phase{{Iterations: 250, Exaggeration: 12, Momentum: .5, LearningRate: 50}, {Iterations: 750, Exaggeration: 1, Momentum: .8, LearningRate: 50}}},
		{SKLearn02x, 4800, []Phase{{Iterations: 250, Exaggeration: 12, Momentum: .5, LearningRate: 200}, {Iterations: 750, Exaggeration: 1, Momentum: .8, LearningRate: 200}}},
	} {
		if got := c.preset.Schedule(c.points); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v of %d points: phases %v, want %v", c.preset, c.points, got, c.want)
		}
	}
}

// TestPhasesHaveSlopes checks what a phase is in its course, which a change of
// the number of iterations does not stretch.
func TestPhasesHaveSlopes(t *testing.T) {
	schedule := []Phase{{Iterations: 100, Exaggeration: 16, EndExaggeration: 1, Momentum: .5, EndMomentum: .9}}
	for _, iterations := range []int{50, 200} {
		c, err := (&Settings{Schedule: schedule, Iterations: iterations}).resolve(4800)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []struct {
			iteration                    int
			exaggeration, momentum, rate float64
		}{{0, 16, .5, 75}, {25, 8, .6, 150}, {50, 4, .7, 300}, {100, 1, .9, 1200}, {199, 1, .9, 1200}} {
			got := c.phases[0].at(want.iteration, 4800)
			if e := math.Abs(got.Exaggeration-want.exaggeration) + math.Abs(got.Momentum-want.momentum) + math.Abs(got.LearningRate-want.rate); !(e < 1e-9) {
				t.Errorf("%d iterations: iteration %d has exaggeration %v, momentum %v, learning rate %v, want %v", iterations, want.iteration, got.Exaggeration, got.Momentum, got.LearningRate, want)
			}
		}
	}
}

func TestSchedulesOfUnknownPresets(t *testing.T) {
	if got := Preset(9).Schedule(100); got != nil {
		t.Errorf("unknown preset has the schedule %v, want none", got)
	}
}
