package reference

import (
	"flag"
	"testing"
)

var whole = flag.Bool("whole", false, "train wrong networks as long as the chapter does, 20 epochs")

// TestWrongNetworks compares wrong networks with Keras, by recorded steps with
// the epoch that they begin, and by a run: those that make a difference must be
// outside. A last batch that is dropped is one step of 1,719, but with all others
// the same it changes the validation loss. A cross-entropy from logits differs
// by rounding while no prediction is clipped: no comparison of these numbers can
// tell it from the right network.
func TestWrongNetworks(t *testing.T) {
	data, recordings := loadFashion(t), loadKeras(t)
	epochs := []int{1}
	if *whole {
		epochs = JudgedEpochs()
	}
	for _, test := range []struct {
		name        string
		network     textbook
		steps, runs bool // whether these are outside
	}{
		{"right", textbook{rate: 1.5}, false, false},
		{"ReLU", textbook{rate: 1.5, relu: true}, true, true},
		{"learning rate 1.4", textbook{rate: 1.4}, true, false},
		{"loss summed", textbook{rate: 1.5, summed: true}, true, true},
		{"last batch dropped", textbook{rate: 1.5, dropLast: true}, true, false},
		{"metric not rounded", textbook{rate: 1.5, unrounded: true}, true, true},
		{"from logits", textbook{rate: 1.5, logits: true}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := test.network.steps(recordings.Steps[0], data)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("steps: %.1e in the first, %.1e in later ones, %.0f pixels, %.1e after an epoch; %s", r.Early, r.Later, r.Pixels, r.Epoch, r.Outside)
			if got := r.Outside != ""; got != test.steps {
				t.Errorf("steps are outside: %v, want %v", got, test.steps)
			}
			h, err := test.network.run(data, epochs[len(epochs)-1], 1)
			if err != nil {
				t.Fatal(err)
			}
			j, err := recordings.Judge([]History{h}, epochs)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range j.Outside() {
				t.Logf("run: %v", v)
			}
			if got := len(j.Outside()) > 0; got != test.runs {
				t.Errorf("the run is outside: %v, want %v", got, test.runs)
			}
		})
	}
}
