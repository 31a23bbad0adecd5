package reference

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/internal/npy"
	"stackedae/internal/simd"
	"stackedae/model"
	"stackedae/train"
)

// keras is where outputs of given weights are recorded, which the program does
// not need.
const keras = "../../testdata/keras/"

// TestStepsAreKeras takes the recorded steps on Gorgonia's tape machine.
func TestStepsAreKeras(t *testing.T) {
	steps := loadKeras(t).Steps
	for i := range steps {
		steps[i].Epoch = nil
	}
	eachLevelAndModel(t, graph.TapeMachine, steps)
}

// TestTiedStepsAreKeras takes those of the model whose decoder has the encoder's
// kernels.
func TestTiedStepsAreKeras(t *testing.T) {
	s, err := readSteps(os.DirFS(keras+"tied"), "steps-tied-100-30")
	if err != nil {
		t.Fatal(err)
	}
	if !s.Tied || len(s.Loss) < EarlySteps {
		t.Fatalf("tied %t, %d steps, want at least %d of a tied model", s.Tied, len(s.Loss), EarlySteps)
	}
	for _, machine := range []graph.Machine{graph.TapeMachine, graph.StaticMachine} {
		eachLevelAndModel(t, machine, []Steps{s})
	}
}

// TestEpochsAreKeras goes on to the end of the epoch, 1,719 steps. The tape
// machine has the same bits: graph.TestStaticMachineHasTheTapeMachinesBits.
func TestEpochsAreKeras(t *testing.T) {
	eachLevelAndModel(t, graph.StaticMachine, loadKeras(t).Steps)
}

// TestGreedyEpochsAreKeras takes an unshuffled epoch of each stage of greedy
// training, from the weights that the steps of the chapter's network start from.
// In the second rounding grows faster: with kernels for another processor
// (ONEDNN_MAX_CPU_ISA=AVX2) Keras itself differs by 2e-4.
func TestGreedyEpochsAreKeras(t *testing.T) {
	bounds := map[string][numbers]float64{"first": EpochBounds, "second": {5e-4, 5e-4, 5e-4, 5e-4}, stack: EpochBounds}
	var stages []string
	var recorded []History
	err := readLines(os.DirFS(keras+"greedy"), epochsFile, func(line []byte) error {
		var epoch struct {
			Stage   string    `json:"stage"`
			History histories `json:"history"`
		}
		if err := json.Unmarshal(line, &epoch); err != nil {
			return err
		}
		h, err := epoch.History.history()
		stages, recorded = append(stages, epoch.Stage), append(recorded, h)
		return err
	})
	if err != nil || !slices.Equal(stages, greedyStages) {
		t.Fatalf("stages %q, error %v, want %q", stages, err, greedyStages)
	}
	data, steps := loadFashion(t), loadKeras(t).Steps[0]
	m, err := steps.Start()
	if err != nil {
		t.Fatal(err)
	}
	results, err := train.Greedy(t.Context(), m, train.Data{Train: data.Train.Images, Valid: data.Valid.Images}, train.Config{
		Epochs: 1, BatchSize: train.DefaultBatchSize, LearningRate: train.DefaultLearningRate, Machine: graph.StaticMachine,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, stage := range stages {
		got := HistoryOf(results[i].History)
		for n, bound := range bounds[stage] {
			difference := math.Abs(got[n][0]/recorded[i][n][0] - 1)
			t.Logf("%s: %v %.6g, relative difference %.1e", stage, Number(n), got[n][0], difference)
			if !(difference <= bound) {
				t.Errorf("%s: %v %.6g, want %.6g within %.0e", stage, Number(n), got[n][0], recorded[i][n][0], bound)
			}
		}
	}
}

// TestOutputsAreKeras compares what a network with Keras' trained weights makes
// of 16 images.
func TestOutputsAreKeras(t *testing.T) {
	m, err := model.LoadNPZ(keras+"trained-100-30.npz", model.Stacked(fashion.Pixels, 100, 30))
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := npy.OpenNPZ(keras + "outputs-100-30.npz")
	if err != nil {
		t.Fatal(err)
	}
	defer recorded.Close()
	read := func(name string) []float32 {
		array, err := recorded.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		return array.Float32s()
	}
	predictions, codes := read("predictions"), read("codes")
	images := graph.Bytes{Pixels: loadFashion(t).Valid.Images[:len(predictions)], Columns: fashion.Pixels}
	eachLevel(t, func(t *testing.T) {
		network, err := graph.New(m, graph.Config{})
		if err != nil {
			t.Fatal(err)
		}
		defer network.Close()
		for _, c := range []struct {
			name string
			run  func() ([]float32, error)
			want []float32
			unit float32
		}{
			{"predictions", func() ([]float32, error) { return network.Reconstruct(t.Context(), images) }, predictions, 1},
			{"codes", func() ([]float32, error) { return network.Encode(t.Context(), images) }, codes, largest(codes)},
		} {
			got, err := c.run()
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(c.want) || images.Len() != 16 {
				t.Fatalf("%d %s of %d images, want %d of 16", len(got), c.name, images.Len(), len(c.want))
			}
			apart := make([]float32, len(got))
			for i := range got {
				apart[i] = got[i] - c.want[i]
			}
			d := largest(apart) / c.unit
			t.Logf("%s: largest difference %.2g", c.name, d)
			if !(d <= 2e-6) {
				t.Errorf("%s: largest difference %v, want at most 2e-6", c.name, d)
			}
		}
	})
}

// eachLevel runs a test on every level of kernels.
func eachLevel(t *testing.T, test func(t *testing.T)) {
	level, err := simd.Level()
	if err != nil {
		t.Skip(err)
	}
	defer simd.Use(level)
	for _, level := range simd.Levels() {
		if err := simd.Use(level); err != nil {
			t.Fatal(err)
		}
		t.Run("impl="+level, test)
	}
}

// eachLevelAndModel trains from Keras' weights as Keras has, on every level of
// kernels.
func eachLevelAndModel(t *testing.T, machine graph.Machine, steps []Steps) {
	data := loadFashion(t)
	eachLevel(t, func(t *testing.T) {
		for _, s := range steps {
			t.Run(s.Spec().String(), func(t *testing.T) {
				r, err := s.Train(t.Context(), train.Data{Train: data.Train.Images, Valid: data.Valid.Images},
					train.Config{BatchSize: train.DefaultBatchSize, LearningRate: train.DefaultLearningRate, Machine: machine})
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("relative difference of the loss %.1e, from step %d on %.1e; %.0f pixels; after an epoch %.1e", r.Early, EarlySteps+1, r.Later, r.Pixels, r.Epoch)
				if r.Outside != "" {
					t.Error(r.Outside)
				}
			})
		}
	})
}

// loadFashion unpacks the images, which -short has no time for.
func loadFashion(t *testing.T) *fashion.Data {
	t.Helper()
	if testing.Short() {
		t.Skip("unpacks Fashion-MNIST and trains on it")
	}
	data, err := fashion.Load()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func largest(values []float32) (most float32) {
	for _, v := range values {
		most = max(most, v, -v)
	}
	return most
}
