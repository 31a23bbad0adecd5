package reference

import (
	"bytes"
	"context"
	"io/fs"
	"testing"
	"testing/fstest"

	"stackedae"
	"stackedae/train"
)

// FuzzReadHistory looks for a history that panics where it is read or judged.
func FuzzReadHistory(f *testing.F) {
	f.Add([]byte("epoch,loss,rounded_accuracy,val_loss,val_rounded_accuracy\n0,.3,.9,.3,.9\n1,.2,.9,.2,.9\n"))
	f.Add([]byte("val_loss,loss,\"val_rounded_accuracy\",rounded_accuracy,lr\n1,2,3,4,5\n"))
	f.Add([]byte("loss,rounded_accuracy,val_loss,val_rounded_accuracy\nNaN,1,Inf,1\n"))
	recorded := loadKeras(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := readHistory(bytes.NewReader(data))
		if err != nil {
			return
		}
		if h.Epochs() < 1 || h.validate() != nil {
			t.Fatalf("%d epochs, error %v", h.Epochs(), h.validate())
		}
		for _, epochs := range [][]int{{1}, {h.Epochs()}, {1, 5, 10, 20}} {
			recorded.Judge([]History{h}, epochs)
			recorded.Differences([][]History{{h}, {h}, {h}}, epochs)
		}
	})
}

// FuzzLoad looks for recordings that panic where they are read or compared with.
func FuzzLoad(f *testing.F) {
	var seeds [][]byte
	for _, name := range []string{"steps-64-12.csv", "steps-64-12.npz"} {
		data, err := fs.ReadFile(stackedae.Keras(), name)
		if err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, data[:min(len(data), 1<<12)])
	}
	history := `"history": {"loss": [1], "rounded_accuracy": [1], "val_loss": [1], "val_rounded_accuracy": [1]}}` + "\n"
	run, epoch := `{"seed": 1, "test": [1, 2], `+history, `{"hidden": [64, 12], "learning_rate": 1.5, `+history
	f.Add([]byte(run+run+run), []byte(epoch), seeds[0], seeds[1])
	f.Add([]byte(run+run+run), []byte(epoch), []byte(stepsHeader+"\n1,.5,.5\n2,.4,.6\n"), []byte{})
	f.Fuzz(func(t *testing.T, runs, epochs, steps, start []byte) {
		r, err := Load(fstest.MapFS{
			runsFile: {Data: runs}, epochsFile: {Data: epochs},
			"steps-64-12.csv": {Data: steps}, "steps-64-12.npz": {Data: start},
		})
		if err != nil {
			return
		}
		if len(r.Runs) < MinRuns {
			t.Fatalf("%d runs", len(r.Runs))
		}
		r.Judge(r.Runs[0].Histories, []int{1})
		for _, s := range r.Steps {
			s.Compare([]train.Step{{Number: 1}}, r.Runs[0].Final())
			if _, err := s.Start(); err == nil {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				s.Train(ctx, train.Data{Train: make([]byte, 784), Valid: make([]byte, 784)}, train.Config{})
			}
		}
	})
}
