package pretrain

import "testing"

// TestPhasesAreFair holds that all ways take as many steps and settle for as many,
// at a tenth of their rate, and that both starts of the encoder have the same rate.
func TestPhasesAreFair(t *testing.T) {
	for _, epochs := range []int{minEpochs, 4, 50, 500} {
		phasesAreFair(t, epochs)
	}
}

func phasesAreFair(t *testing.T, epochs int) {
	t.Helper()
	for _, w := range Ways() {
		total, frozen := 0, 0
		phases := w.phases(2, epochs)
		for _, p := range phases {
			total += p.epochs
			if p.frozen > 0 {
				frozen += p.epochs
			}
		}
		if total != epochs {
			t.Errorf("%v: %d epochs, want %d", w, total, epochs)
		}
		if want := map[Way]int{Pretrained: epochs / 2}[w]; frozen != want {
			t.Errorf("%v: %d epochs with a frozen encoder, want %d", w, frozen, want)
		}
		before, last := phases[len(phases)-2], phases[len(phases)-1]
		if last.epochs != max(1, epochs/8) || before.epochs < 1 || last.rate != before.rate/10 || last.frozen != 0 || before.frozen != 0 {
			t.Errorf("%v: ends with %v and %v, want the last eighth at a tenth of the rate, nothing frozen", w, before, last)
		}
	}
	random, pretrained := Random.phases(2, epochs), Pretrained.phases(2, epochs)
	if random[0].rate != pretrained[1].rate {
		t.Errorf("the encoder's rate is %v from random weights and %v pretrained", random[0].rate, pretrained[1].rate)
	}
}
