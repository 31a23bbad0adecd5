package pretrain

import "testing"

// TestPhasesAreFair holds that all ways take as many steps and settle for as many,
// at a tenth of their rate, and that both starts of the encoder have the same rate.
func TestPhasesAreFair(t *testing.T) {
	const steps = 8000
	for _, w := range Ways() {
		total, frozen := 0, 0
		phases := w.phases(2, steps)
		for _, p := range phases {
			total += p.steps
			if p.frozen > 0 {
				frozen += p.steps
			}
		}
		if total != steps {
			t.Errorf("%v: %d steps, want %d", w, total, steps)
		}
		if want := map[Way]int{Pretrained: steps / 2}[w]; frozen != want {
			t.Errorf("%v: %d steps with a frozen encoder, want %d", w, frozen, want)
		}
		before, last := phases[len(phases)-2], phases[len(phases)-1]
		if last.steps != steps/8 || last.rate != before.rate/10 || last.frozen != 0 || before.frozen != 0 {
			t.Errorf("%v: ends with %v and %v, want the last eighth at a tenth of the rate, nothing frozen", w, before, last)
		}
	}
	random, pretrained := Random.phases(2, steps), Pretrained.phases(2, steps)
	if random[0].rate != pretrained[1].rate {
		t.Errorf("the encoder's rate is %v from random weights and %v pretrained", random[0].rate, pretrained[1].rate)
	}
}
