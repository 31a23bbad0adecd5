package train_test

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"

	"stackedae/internal/fashion"
	"stackedae/model"
	"stackedae/train"
)

// TestStepsAreKeras trains from Keras' weights on the same batches and compares
// every step with what Keras has recorded (testdata/keras/steps.py). An error
// of one part in a million in a step would have grown by the last.
func TestStepsAreKeras(t *testing.T) {
	if testing.Short() {
		t.Skip("unpacks Fashion-MNIST and takes 200 steps")
	}
	file, err := os.Open("../testdata/keras/steps-100-30.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := rows[1:]
	m, err := model.LoadNPZ("../testdata/keras/steps-100-30.npz", model.Stacked(fashion.Pixels, 100, 30))
	if err != nil {
		t.Fatal(err)
	}
	data, err := fashion.Load()
	if err != nil {
		t.Fatal(err)
	}
	images := data.Train.Images[:len(want)*train.DefaultBatchSize*fashion.Pixels]
	var log train.StepLog
	_, err = train.Run(t.Context(), m, train.Data{Train: images, Valid: data.Valid.Images[:fashion.Pixels]},
		train.Config{Epochs: 1, BatchSize: train.DefaultBatchSize, LearningRate: train.DefaultLearningRate}, log.Hook())
	if err != nil {
		t.Fatal(err)
	}
	if len(log) != len(want) || len(want) != 200 {
		t.Fatalf("%d steps, %d recorded, want 200", len(log), len(want))
	}
	worst, pixels := 0.0, 0.0
	for i, step := range log {
		loss, err := strconv.ParseFloat(want[i][1], 64)
		if err != nil {
			t.Fatal(err)
		}
		accuracy, err := strconv.ParseFloat(want[i][2], 64)
		if err != nil {
			t.Fatal(err)
		}
		worst = max(worst, math.Abs(step.Batch.Loss/loss-1))
		pixels = max(pixels, math.Abs(step.Batch.RoundedAccuracy-accuracy)*train.DefaultBatchSize*fashion.Pixels)
	}
	t.Logf("largest difference in 200 steps: %.2g of the loss, %.0f of a batch's %d rounded pixels", worst, pixels, train.DefaultBatchSize*fashion.Pixels)
	// Summed in another order, float32 differs in the last place: 1e-7 a step.
	if worst > 1e-6 || pixels > 5 {
		t.Errorf("largest difference %.2g of the loss, want at most 1e-6; %.1f rounded pixels, want at most 5", worst, pixels)
	}
}
