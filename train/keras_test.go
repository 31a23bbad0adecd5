// This file compares training and outputs with what Keras has recorded; see
// testdata/keras/README.md.

package train_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"

	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/internal/npy"
	"stackedae/internal/simd"
	"stackedae/model"
	"stackedae/train"
)

const recordings = "../testdata/keras/"

// recordedEpoch is an epoch of a model with these hidden layers.
type recordedEpoch struct {
	Hidden       []int
	LearningRate float64 `json:"learning_rate"`
	History      struct {
		Loss               [1]float64
		RoundedAccuracy    [1]float64 `json:"rounded_accuracy"`
		ValLoss            [1]float64 `json:"val_loss"`
		ValRoundedAccuracy [1]float64 `json:"val_rounded_accuracy"`
	}
}

// TestStepsAreKeras trains from Keras' weights on the same batches and compares
// each of the first 200 steps. Summed in another order, a float32 differs in
// the last place, 1e-7, and that grows from step to step.
func TestStepsAreKeras(t *testing.T) {
	data := loadFashion(t)
	eachLevelAndModel(t, func(t *testing.T, recorded recordedEpoch) {
		want := recordedSteps(t, recorded.Hidden)
		data := train.Data{
			Train: data.Train.Images[:len(want)*train.DefaultBatchSize*fashion.Pixels],
			Valid: data.Valid.Images[:fashion.Pixels],
		}
		var log train.StepLog
		trainEpoch(t, recorded, data, graph.TapeMachine, log.Hook())
		if len(log) != len(want) || len(want) != 200 {
			t.Fatalf("%d steps, %d recorded, want 200", len(log), len(want))
		}
		var early, late, pixels float64
		for i, step := range log {
			loss := difference(step.Batch.Loss, want[i].Loss)
			if i < 100 {
				early = max(early, loss)
			}
			late = max(late, loss)
			pixels = max(pixels, math.Abs(step.Batch.RoundedAccuracy-want[i].RoundedAccuracy)*train.DefaultBatchSize*fashion.Pixels)
		}
		t.Logf("largest difference of the loss %.2g in 100 steps, %.2g in 200; of a batch's %d rounded pixels %.0f",
			early, late, train.DefaultBatchSize*fashion.Pixels, pixels)
		if !(early <= 1e-6 && late <= 5e-6 && pixels <= 5) {
			t.Errorf("largest difference of the loss %.2g in 100 steps, want at most 1e-6; %.2g in 200, want 5e-6; %.1f rounded pixels, want 5", early, late, pixels)
		}
	})
}

// TestEpochIsKeras trains a whole epoch from Keras' weights on the same
// batches, 1,719 of them, by which rounding has grown.
func TestEpochIsKeras(t *testing.T) {
	data := loadFashion(t)
	eachLevelAndModel(t, func(t *testing.T, recorded recordedEpoch) {
		// The tape machine has the same bits: graph.TestStaticMachineHasTheTapeMachinesBits.
		got := trainEpoch(t, recorded, train.Data{Train: data.Train.Images, Valid: data.Valid.Images}, graph.StaticMachine)
		want := recorded.History
		for _, c := range []struct {
			name             string
			got, want, bound float64
		}{
			{"loss", got.Train.Loss, want.Loss[0], 1e-4},
			{"rounded accuracy", got.Train.RoundedAccuracy, want.RoundedAccuracy[0], 2e-4},
			{"validation loss", got.Valid.Loss, want.ValLoss[0], 5e-4},
			{"validation rounded accuracy", got.Valid.RoundedAccuracy, want.ValRoundedAccuracy[0], 2e-3},
		} {
			d := difference(c.got, c.want)
			t.Logf("%s %.6f, Keras' %.6f: difference %.2g", c.name, c.got, c.want, d)
			if !(d <= c.bound) {
				t.Errorf("%s %v, Keras' %v: relative difference %.2g, want at most %v", c.name, c.got, c.want, d, c.bound)
			}
		}
	})
}

// TestOutputsAreKeras compares what a network with Keras' trained weights makes
// of 16 images.
func TestOutputsAreKeras(t *testing.T) {
	hidden := []int{100, 30}
	m := load(t, "trained", hidden)
	recorded, err := npy.OpenNPZ(recordings + name("outputs", hidden) + ".npz")
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

func eachLevelAndModel(t *testing.T, test func(t *testing.T, recorded recordedEpoch)) {
	epochs := recordedEpochs(t)
	eachLevel(t, func(t *testing.T) {
		for _, e := range epochs {
			t.Run(name("hidden", e.Hidden), func(t *testing.T) { test(t, e) })
		}
	})
}

// trainEpoch trains from the weights from which Keras has started. It takes the
// images in their order, once.
func trainEpoch(t *testing.T, recorded recordedEpoch, data train.Data, machine graph.Machine, hooks ...train.Hook) train.Epoch {
	t.Helper()
	m := load(t, "steps", recorded.Hidden)
	config := train.Config{Epochs: 1, BatchSize: train.DefaultBatchSize, LearningRate: recorded.LearningRate, Machine: machine}
	result, err := train.Run(t.Context(), m, data, config, hooks...)
	if err != nil {
		t.Fatal(err)
	}
	return result.History[0]
}

// load returns a model with recorded weights.
func load(t *testing.T, kind string, hidden []int) *model.Model {
	t.Helper()
	m, err := model.LoadNPZ(recordings+name(kind, hidden)+".npz", model.Stacked(fashion.Pixels, hidden...))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// recordedSteps returns what Keras has measured of each batch.
func recordedSteps(t *testing.T, hidden []int) []graph.Metrics {
	t.Helper()
	file, err := os.Open(recordings + name("steps", hidden) + ".csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var steps []graph.Metrics
	for _, row := range rows[1:] {
		var numbers [2]float64
		for i := range numbers {
			if numbers[i], err = strconv.ParseFloat(row[1+i], 64); err != nil {
				t.Fatal(err)
			}
		}
		steps = append(steps, graph.Metrics{Loss: numbers[0], RoundedAccuracy: numbers[1]})
	}
	return steps
}

// recordedEpochs returns what Keras has measured of an epoch of each model.
func recordedEpochs(t *testing.T) []recordedEpoch {
	t.Helper()
	file, err := os.Open(recordings + "epochs.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var epochs []recordedEpoch
	for lines := json.NewDecoder(file); lines.More(); {
		var e recordedEpoch
		if err := lines.Decode(&e); err != nil {
			t.Fatal(err)
		}
		epochs = append(epochs, e)
	}
	if len(epochs) != 3 {
		t.Fatalf("%d models recorded, want 3", len(epochs))
	}
	return epochs
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

// name is how recordings of a model are called: steps-100-30.
func name(kind string, hidden []int) string {
	for _, units := range hidden {
		kind += fmt.Sprintf("-%d", units)
	}
	return kind
}

func difference(got, want float64) float64 { return math.Abs(got/want - 1) }

func largest(values []float32) (most float32) {
	for _, v := range values {
		most = max(most, v, -v)
	}
	return most
}
