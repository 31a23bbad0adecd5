// This file holds the presets, which are data, and where their numbers are from.

package tsne

import "fmt"

// Preset is a tested set of choices.
type Preset int

const (
	// Default takes fewer iterations: 100 with exaggeration 12 and momentum .8, 100
	// more in which the exaggeration falls to 1, then 550 in which the momentum
	// rises from .9 to .98, at the learning rate n/(4·exaggeration) throughout. Its
	// divergence is lower than SKLearn's; testdata/tsne/schedule.md has the figures.
	Default Preset = iota

	// SKLearn does what scikit-learn's TSNE() does: 250 iterations with
	// exaggeration 12 and momentum .5, then up to 750 with momentum .8, learning
	// rate max(n/48, 50) throughout. It stops early when the gradient vanishes
	// or 300 iterations bring no progress. Only the sum of the repulsion is
	// another: more exact than scikit-learn's.
	SKLearn

	// SKLearn02x does what TSNE() of scikit-learn 0.20 to 0.24 did, and 1.0 and 1.1
	// with a warning: as SKLearn, but the start is random, by Settings.Seed, the
	// learning rate is 200 throughout, and cosine distances are not squared.
	SKLearn02x
)

// presets holds the rules of each Preset.
var presets = [...]rules{
	Default: {
		// Exaggeration 12, its momentum .8 and the learning rate are openTSNE's
		// defaults; openTSNE goes from exaggeration to none at once. Of the ways
		// tried (testdata/tsne/schedule.md) that down a slope is the one that loses
		// against SKLearn nowhere, and a momentum that rises ends lower than any that
		// stays.
		schedule: func(n int) []Phase {
			return []Phase{
				{Iterations: 100, Exaggeration: 12, Momentum: .8},
				{Iterations: 100, Exaggeration: 12, EndExaggeration: 1, Momentum: .8},
				{Iterations: 550, Momentum: .9, EndMomentum: .98},
			}
		},
		perplexityFits: func(perplexity float64, n int) error {
			switch largest := float64(n-1) / 3; {
			case largest <= 1:
				return fmt.Errorf("tsne: points: got %d rows, want at least 5, or the preset %v", n, SKLearn)
			case perplexity > largest:
				return fmt.Errorf("tsne: perplexity: got %v for %d points, want at most %v, a third of the other points", perplexity, n, hundredths(largest))
			}
			return nil
		},
		initial: InitialPCA,
		// openTSNE/tsne.py: min_gain = 0.01 is added, max_step_norm = 5.
		gainAdded: .01, gainFloor: 0, maxStep: 5,
		tolerance: 2e-4,
	},
	SKLearn: sklearn(func(n int) float64 {
		// sklearn/manifold/_t_sne.py, TSNE. Since version 1.2 the learning rate
		// "auto" is n / early_exaggeration / 4, at least 50.
		return max(float64(n)/12/4, 50)
	}, InitialPCA, true),
	// The same file in version 0.24: learning_rate=200.0, init="random", and
	// square_distances="legacy", which squares Euclidean distances alone.
	SKLearn02x: sklearn(func(int) float64 { return 200 }, InitialRandom, false),
}

// sklearn returns the rules that all versions of scikit-learn share.
func sklearn(rate func(n int) float64, initial Initial, squareCosine bool) rules {
	return rules{
		schedule: func(n int) []Phase {
			return []Phase{
				{Iterations: 250, Exaggeration: 12, Momentum: .5, LearningRate: rate(n)},
				{Iterations: 750, Exaggeration: 1, Momentum: .8, LearningRate: rate(n)},
			}
		},
		perplexityFits: func(perplexity float64, n int) error {
			switch {
			case n < 2:
				return tooFewRows(n)
			case perplexity >= float64(n):
				return fmt.Errorf("tsne: perplexity: got %v for %d points, want below %d", perplexity, n, n)
			}
			return nil
		},
		initial:      initial,
		squareCosine: squareCosine,
		// _gradient_descent in the same file: min_gain, min_grad_norm,
		// n_iter_without_progress; steps have no limit.
		gainAdded: 0, gainFloor: .01,
		minGradientNorm: 1e-7, patience: 300,
	}
}

// rules is what a preset consists of.
type rules struct {
	schedule       func(n int) []Phase
	perplexityFits func(perplexity float64, n int) error
	initial        Initial // never InitialByPreset

	// squareCosine squares cosine distances before affinities are made from them.
	squareCosine bool

	// A gain that shrinks becomes max(.8·gain + gainAdded, gainFloor).
	gainAdded, gainFloor float32
	// maxStep is the longest way a point may go in an iteration; 0: no limit.
	maxStep float32
	// minGradientNorm ends the last phase when the gradient times the gains is
	// at most this long, patience when that many iterations did not lower the
	// divergence; 0: never.
	minGradientNorm float64
	patience        int
	// tolerance is the part of the divergence that counts as progress; 0: any.
	tolerance float64
}

// Schedule returns the preset's phases for n points, to use or to change. It
// returns nil for an unknown preset.
func (p Preset) Schedule(n int) []Phase {
	if p < 0 || int(p) >= len(presets) {
		return nil
	}
	return presets[p].schedule(n)
}
