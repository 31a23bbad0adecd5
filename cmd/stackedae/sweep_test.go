package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"stackedae/internal/fashion"
	"stackedae/internal/npy"
	"stackedae/tsne"
)

// TestSweepIsRuns compares a network of a sweep with run's of the same settings.
func TestSweepIsRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("trains and embeds")
	}
	t.Chdir(t.TempDir())
	writeTinyData(func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}, "data", "")
	do := func(line string, result any) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if status := run(strings.Fields(line+" --data data --learning-rate 3 --batch-size 10 --epochs 30 --iterations 30 --json"), &stdout, &stderr); status != success {
			t.Fatalf("stackedae %s: status %d, %s", line, status, &stderr)
		}
		if err := json.Unmarshal(stdout.Bytes(), result); err != nil {
			t.Fatal(err)
		}
	}
	var swept struct {
		Runs []struct {
			Code    int
			Seed    uint64
			Numbers map[string]float64
		}
	}
	do("sweep --hidden 16 --codes 8 --seeds 2 --machine static --out swept", &swept)
	if len(swept.Runs) != 2 {
		t.Fatalf("%d trainings, want 2", len(swept.Runs))
	}
	last := swept.Runs[1]
	if last.Code != 8 || last.Seed != 43 {
		t.Fatalf("the last training is of code %d and seed %d, want 8 and 43", last.Code, last.Seed)
	}
	var ran runReport
	do("run --hidden 16,8 --seed 43 --out ran", &ran)
	codes, err := npy.ReadFile("ran/codes.npy")
	if err != nil {
		t.Fatal(err)
	}
	labels, err := readLabels("ran/labels.npy", codes.Shape[0])
	if err != nil {
		t.Fatal(err)
	}
	accuracy, err := tsne.NeighborAccuracy(stored[float32]{codes.Float32s(), 8}, labels, 10)
	if err != nil {
		t.Fatal(err)
	}
	epoch := ran.Train.History[29]
	for name, want := range map[string]float64{
		"val_loss": epoch.ValLoss, "val_rounded_accuracy": epoch.ValRoundedAccuracy,
		"test_loss": ran.Test.Loss, "test_rounded_accuracy": ran.Test.RoundedAccuracy,
		"code_neighbor_accuracy": accuracy, "embedding_neighbor_accuracy": ran.NeighborAccuracy, "kl_divergence": ran.TSNE.KLDivergence,
	} {
		if got, ok := last.Numbers[name]; got != want || !ok {
			t.Errorf("%s is %v, run's %v", name, got, want)
		}
	}
}

// TestSweepCompares holds that all principal components are a rotation, which moves
// no neighbours; that two are not; and what the mean image's loss is.
func TestSweepCompares(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	data := &fashion.Data{}
	set := func(n int) (s fashion.Set) {
		for i := range n {
			s.Labels = append(s.Labels, byte(i%3))
			for p := range fashion.Pixels {
				s.Images = append(s.Images, byte(rng.IntN(200)+24*(i%3)*(p%2)))
			}
		}
		return s
	}
	data.Train, data.Valid = set(50), set(300)
	var r sweepReport
	if err := r.compareWith(data, []int{2, fashion.Pixels, 1000}); err != nil {
		t.Fatal(err)
	}
	if a, all, more := r.Codes[0].Components, r.Codes[1].Components, r.Codes[2].Components; all != r.Pixels || more != all || a == all {
		t.Errorf("accuracy %v of 2 components, %v of 784, %v of 1000, %v of pixels", a, all, more, r.Pixels)
	}
	want := 0. // by the definition
	for p := range fashion.Pixels {
		mean := 0.
		for i := range 50 {
			mean += float64(data.Train.Images[i*fashion.Pixels+p]) / 255 / 50
		}
		for i := range 300 {
			x := float64(data.Valid.Images[i*fashion.Pixels+p]) / 255
			want -= (x*math.Log(mean) + (1-x)*math.Log(1-mean)) / 300 / fashion.Pixels
		}
	}
	if math.Abs(r.MeanLoss-want) > 1e-6 {
		t.Errorf("loss of the mean image %v, want %v", r.MeanLoss, want)
	}
}

// failedSweep is a sweep of which a training has failed for code 2, and all for
// code 3.
func failedSweep() *sweepReport {
	r := &sweepReport{Codes: []sweepCode{{Code: 2}, {Code: 3}, {Code: 9}}}
	for i := range 3 {
		for _, code := range []int{2, 3, 9} {
			run := sweepRun{Code: code, Seed: uint64(7 + i), Numbers: map[sweepNumber]float64{}}
			for n := range sweepNumber(len(sweepNames)) {
				run.Numbers[n] = float64(code) + float64(i*i)/8
			}
			if code == 3 || code == 2 && i == 1 {
				run.Numbers, run.Error = map[sweepNumber]float64{valLoss: 99}, fmt.Sprint("reason ", i)
			}
			r.Runs = append(r.Runs, run)
		}
	}
	r.summarize()
	return r
}

func TestSweepLeavesOutWhatFailed(t *testing.T) {
	r := failedSweep()
	if len(r.Codes) != 2 || r.Codes[0].Runs != 2 || r.Codes[1].Code != 9 || r.Codes[1].Runs != 3 {
		t.Fatalf("codes %+v, want 2 of two runs and 9 of three", r.Codes)
	}
	want := spreadReport{Mean: 2.25, Lowest: 2, Highest: 2.5, Deviation: math.Sqrt(.125)}
	if got := r.Codes[0].Numbers[valLoss]; got.Mean != want.Mean || got.Lowest != want.Lowest || got.Highest != want.Highest || math.Abs(got.Deviation-want.Deviation) > 1e-15 {
		t.Errorf("code 2 comes to %+v, want %+v", got, want)
	}
	for i, want := range [][]float64{{2, 9}, {2.25, 9.125}, {2.5, 9.5}} {
		if got := r.bySeed(valLoss)[i]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the figure has %v of seed %d, want %v", got, 7+i, want)
		}
	}
	if got, want := r.leftOut(), "4 of 9 trainings failed and are left out: code 3, seed 7: reason 0; code 2, seed 8: reason 1; code 3, seed 8: reason 1; code 3, seed 9: reason 2"; got != want {
		t.Errorf("left out: %s\nwant %s", got, want)
	}
	var table bytes.Buffer
	if err := r.writeCSV(&table); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(table.String(), "\n"); lines[4] != "2,8,99,NaN,NaN,NaN,NaN,NaN,NaN" || lines[9] != "9,9,9.5,9.5,9.5,9.5,9.5,9.5,9.5" {
		t.Errorf("table\n%s", table.String())
	}
	if text, err := json.Marshal(r); err != nil || !strings.Contains(string(text), `"numbers":{"val_loss":99},"seconds":0,"error":"reason 1"`) {
		t.Errorf("JSON %s, %v", text, err)
	}
	if _, err := r.figure(); err != nil {
		t.Error(err)
	}
}

// TestSweepOfOneSeedHasNoDeviation, which JSON and readers could not make sense of.
func TestSweepOfOneSeedHasNoDeviation(t *testing.T) {
	if got, want := spreadOf([]float64{3}), (spreadReport{Mean: 3, Lowest: 3, Highest: 3}); got != want {
		t.Errorf("one value comes to %+v, want %+v", got, want)
	}
}
