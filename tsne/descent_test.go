package tsne

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// slowDescent is the textbook's descent in float64, all pairs, for both
// presets' rules.
func slowDescent(p *affinities, y []float64, r rules, phases []Phase) {
	for _, phase := range phases {
		update, gain := make([]float64, len(y)), make([]float64, len(y))
		for i := range gain {
			gain[i] = 1
		}
		for k := range phase.Iterations {
			done, rate := float64(k)/float64(phase.Iterations), phase.LearningRate
			exaggeration, momentum := phase.Exaggeration, phase.Momentum
			if phase.EndExaggeration != 0 {
				exaggeration = math.Exp((1-done)*math.Log(exaggeration) + done*math.Log(phase.EndExaggeration))
			}
			if phase.EndMomentum != 0 {
				momentum = (1-done)*momentum + done*phase.EndMomentum
			}
			if rate == 0 {
				rate = float64(p.n) / 4 / exaggeration
			}
			gradient := slowGradient(p, y, exaggeration)
			for i, g := range gradient {
				if (g > 0) != (update[i] > 0) && g != 0 && update[i] != 0 {
					gain[i] += .2
				} else {
					gain[i] = math.Max(.8*gain[i]+float64(r.gainAdded), float64(r.gainFloor))
				}
				update[i] = momentum*update[i] - rate*gain[i]*g
			}
			for i := 0; i < len(y); i += 2 {
				length := math.Hypot(update[i], update[i+1])
				if limit := float64(r.maxStep); limit > 0 && length > limit {
					update[i] *= limit / length
					update[i+1] *= limit / length
				}
				y[i] += update[i]
				y[i+1] += update[i+1]
			}
		}
	}
}

func slowGradient(p *affinities, y []float64, exaggeration float64) []float64 {
	y32 := make([]float32, len(y))
	for i, v := range y {
		y32[i] = float32(v)
	}
	force, z := slowRepulsion(y32)
	gradient := make([]float64, len(y))
	for i := range p.n {
		for c := range 2 {
			gradient[2*i+c] = -4 * force[2*i+c] / z
		}
		for m := p.start[i]; m < p.start[i+1]; m++ {
			j := int(p.col[m])
			dx, dy := y[2*i]-y[2*j], y[2*i+1]-y[2*j+1]
			pw := float64(p.val[m]) / (1 + dx*dx + dy*dy)
			gradient[2*i] += 4 * exaggeration * pw * dx
			gradient[2*i+1] += 4 * exaggeration * pw * dy
		}
	}
	return gradient
}

func TestDescentFollowsTheTextbook(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n = 80
	data, _ := clusters(n, 5, 3, rng)
	p := mustAffinities(t, data, 10)
	for _, c := range []struct {
		name   string
		preset Preset
		phases []Phase
	}{
		{"default", Default, []Phase{{Iterations: 10, Exaggeration: 12, Momentum: .8, LearningRate: n / 48.}, {Iterations: 10, Exaggeration: 1, Momentum: .9, LearningRate: n / 4.}}},
		{"sklearn", SKLearn, []Phase{{Iterations: 10, Exaggeration: 12, Momentum: .5, LearningRate: 50}, {Iterations: 10, Exaggeration: 1, Momentum: .8, LearningRate: 50}}},
		{"slopes", Default, []Phase{
			{Iterations: 12, Exaggeration: 12, EndExaggeration: 2, Momentum: .5, EndMomentum: .9},
			{Iterations: 8, Exaggeration: 1, Momentum: .9, EndMomentum: .3, LearningRate: 10},
		}},
		{"steps above the limit", Default, []Phase{{Iterations: 4, Exaggeration: 1, Momentum: .5, LearningRate: 1000}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := make([]float32, 2*n)
			for i := range start {
				start[i] = float32(rng.NormFloat64())
			}
			for i, phase := range c.phases {
				c.phases[i] = phase.resolve()
			}
			want := float64s(start)
			slowDescent(p, want, presets[c.preset], c.phases)
			d := newDescent(newGradient(p, false), &choices{rules: presets[c.preset], phases: c.phases}, nil, start)
			status, err := d.run(t.Context(), c.phases)
			if status != Finished || err != nil {
				t.Fatalf("run = %v, %v", status, err)
			}
			if e := relativeError(float64s(d.y), want); e > 1e-3 { // differences of rounding grow
				t.Errorf("embedding is off by %.2g of its norm after %d iterations", e, d.iteration)
			}
		})
	}
}

func TestExtentIsTheLargerSide(t *testing.T) {
	for _, c := range []struct {
		y    []float32
		want float64
	}{
		{[]float32{1, 1}, 0},
		{[]float32{-3, 0, 4, 1}, 7},
		{[]float32{0, 2e12, 1, -1e12, 2, 0}, 3e12},
	} {
		if got := extent(c.y); math.Abs(got/max(c.want, 1)-c.want/max(c.want, 1)) > 1e-6 {
			t.Errorf("extent of %v = %v, want %v", c.y, got, c.want)
		}
	}
	nan := float32(math.NaN())
	if got := extent([]float32{0, 0, 1, nan}); got == got {
		t.Errorf("extent with NaN = %v, want NaN", got)
	}
}

// The numbers are those of tsne.py in openTSNE and of _t_sne.py in scikit-learn.
func TestStepRules(t *testing.T) {
	for _, c := range []struct {
		preset             Preset
		gain, update, grad float32
		want, wantStep     float32 // the gain after, the way of a point with momentum 0
	}{
		{Default, 1, 1, -1, 1.2, 1.2},
		{Default, 1, 1, 1, .81, -.81},
		{Default, .01, 1, 1, .018, -.018},
		{Default, 1, 1, 10, .81, -5},
		{SKLearn, 1, 1, -1, 1.2, 1.2},
		{SKLearn, 1, 1, 1, .8, -.8},
		{SKLearn, .01, 1, 1, .01, -.01},
		{SKLearn, 1, 1, 10, .8, -8},
	} {
		d := newDescent(nil, &choices{rules: presets[c.preset]}, nil, make([]float32, 2))
		d.gain[0], d.update[0], d.grad[0] = c.gain, c.update, c.grad
		d.step(Phase{LearningRate: 1})
		if math.Abs(float64(d.gain[0]-c.want)) > 1e-6 || math.Abs(float64(d.y[0]-c.wantStep)) > 1e-6 {
			t.Errorf("%v: gain %v, last update %v, gradient %v: got gain %v and step %v, want %v and %v",
				c.preset, c.gain, c.update, c.grad, d.gain[0], d.y[0], c.want, c.wantStep)
		}
	}
}

// TestStopRules drives descents that cannot progress.
func TestStopRules(t *testing.T) {
	// Two points that are each other's only neighbour are at rest where
	// q = p = 1/2, which is everywhere.
	p := &affinities{n: 2, start: []int{0, 1, 2}, col: []int32{1, 0}, val: []float32{.5, .5}}
	start := func() []float32 { return []float32{0, 0, 1, 1} }
	for _, c := range []struct {
		name       string
		rules      rules
		phases     []Phase
		want       Status
		iterations int
	}{
		{"gradient vanishes", rules{minGradientNorm: 1e-7}, []Phase{{Iterations: 500, Exaggeration: 1, Momentum: 0, LearningRate: 1}}, GradientVanished, 50},
		{"rule holds in the last phase only", rules{minGradientNorm: 1e-7}, []Phase{{Iterations: 100, Exaggeration: 1, Momentum: 0, LearningRate: 1}, {Iterations: 500, Exaggeration: 1, Momentum: 0, LearningRate: 1}}, GradientVanished, 150},
		{"no rule", rules{}, []Phase{{Iterations: 120, Exaggeration: 1, Momentum: 0, LearningRate: 1}}, Finished, 120},
		// The divergence at the first check is the best; later ones are not lower.
		{"no progress", rules{patience: 100}, []Phase{{Iterations: 500, Exaggeration: 1, Momentum: 0, LearningRate: 1}}, NoProgress, 200},
		{"converged", rules{tolerance: 1e-4}, []Phase{{Iterations: 100, Exaggeration: 1, LearningRate: 1}, {Iterations: 500, Exaggeration: 1, LearningRate: 1}}, Converged, 250},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDescent(newGradient(p, false), &choices{rules: c.rules, phases: c.phases}, nil, start())
			got, err := d.run(t.Context(), c.phases)
			if got != c.want || err != nil || d.iteration != c.iterations {
				t.Errorf("run = %v, %v after %d iterations, want %v after %d", got, err, d.iteration, c.want, c.iterations)
			}
		})
	}
}

// TestDefaultStopsWhenNothingMoves compares with a run that goes on.
func TestDefaultStopsWhenNothingMoves(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	moving, _ := clusters(600, 10, 6, rng)
	for _, c := range []struct {
		name   string
		points *mat.Dense
		want   Status
	}{
		{"few points", uniform(100, 5, rng), Converged},
		{"many points", moving, Finished},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Embed(t.Context(), c.points, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got.Status != c.want || got.Status.Early() != (got.Iterations < 750) {
				t.Errorf("%v after %d iterations, want %v", got.Status, got.Iterations, c.want)
			}
			choices, err := new(Settings).resolve(c.points.RawMatrix().Rows)
			if err != nil {
				t.Fatal(err)
			}
			choices.tolerance = 0
			p, err := readInput(c.points)
			if err != nil {
				t.Fatal(err)
			}
			start, err := chooseStart(t.Context(), new(Settings), choices, p)
			if err != nil {
				t.Fatal(err)
			}
			a := mustAffinities(t, c.points, DefaultPerplexity)
			d := newDescent(newGradient(a, choices.mesh), choices, nil, start)
			if _, err := d.run(t.Context(), choices.phases); err != nil {
				t.Fatal(err)
			}
			full := a.divergence(d.y, exactZ(d.y))
			t.Logf("%v after %d iterations: divergence %.5f; after %d: %.5f", got.Status, got.Iterations, got.KLDivergence, d.iteration, full)
			if d.iteration != 750 || !(math.Abs(got.KLDivergence/full-1) <= .002) {
				t.Errorf("divergence %v, after %d iterations %v", got.KLDivergence, d.iteration, full)
			}
		})
	}
}
