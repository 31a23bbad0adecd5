// This file holds what a caller may choose, and refuses what makes no sense.

package tsne

import (
	"cmp"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// DefaultPerplexity is the perplexity of settings that name none, as in
// scikit-learn.
const DefaultPerplexity = 30

// Settings says how Embed works. The zero value, and a nil *Settings, mean the
// Default preset.
type Settings struct {
	// Preset chooses the schedule, the rules of a step and of stopping, and the
	// bounds of the perplexity. The zero value is Default.
	Preset Preset

	// Perplexity is the effective number of neighbours that each point's
	// affinities are fitted to; int(3·Perplexity+1) nearest others are looked at,
	// or all if there are fewer. 0 means 30; otherwise it is above 1.
	// Default wants at least 3·Perplexity+1 points, the others more than Perplexity.
	Perplexity float64

	// Metric is the distance that affinities come from. The zero value is
	// Euclidean.
	Metric Metric

	// PCA is the number of principal components that replace the points'
	// coordinates before distances are taken: at least 2, and at most as many as
	// the points have columns; 0 means none. Wide points, of hundreds of columns,
	// lose little but noise by 50 of them, and take less time. The smaller
	// of the numbers of rows and columns, squared, must fit into memory.
	PCA int

	// Iterations is the total number of iterations. 0 means the schedule's own:
	// 750 by Default, 1000 by the others. Another number changes the end of the
	// schedule and leaves its beginning: the last phase is lengthened or
	// shortened, so the exaggerated phase keeps its length. A total no larger
	// than what the earlier phases take leaves the last phase out, and the
	// embedding is the one that the exaggeration had reached by then. Default ends
	// before where 100 iterations have hardly lowered the divergence.
	Iterations int

	// Schedule replaces the preset's phases. Nil means Preset.Schedule.
	Schedule []Phase

	// Start is the n x 2 embedding to start from; it is only read, and moved so
	// that its mean is 0, which matters to no distance. Nil means what Initial
	// says. An earlier result serves as well as any. Its scale matters: the
	// standard deviation of StartPCA's and StartRandom's is 1e-4.
	Start mat.Matrix

	// Initial chooses the start if Start is nil. The zero value is the preset's
	// choice.
	Initial Initial

	// Seed seeds a random start: StartRandom draws it from
	// rand.New(rand.NewPCG(Seed, 0)).
	Seed uint64

	// Neighbors chooses how the nearest neighbours are found. The zero value is
	// NeighborsByNumber.
	Neighbors Neighbors

	// Repulsion chooses how repulsion is summed. The zero value is ByNumber.
	Repulsion Repulsion

	// Recorder, unless nil, sees every 50th iteration.
	Recorder Recorder
}

// Phase is a stretch of iterations with the same parameters. Each phase begins
// with all gains 1 and no momentum.
type Phase struct {
	// Iterations is the phase's length, at least 1.
	Iterations int

	// Exaggeration multiplies the attraction between points; the affinities
	// stay as they are, and so do reported divergences. 0 means 1: none.
	Exaggeration float64

	// EndExaggeration, unless 0, is what the exaggeration goes to in the course
	// of the phase, by the same factor in each iteration.
	EndExaggeration float64

	// Momentum is the share of the last update that is added to the next: at
	// least 0, below 1.
	Momentum float64

	// EndMomentum, unless 0, is what the momentum goes to in the course of the
	// phase, by the same amount in each iteration.
	EndMomentum float64

	// LearningRate multiplies the gradient of the divergence. 0 means
	// n / (4·exaggeration) for n points, the rule of Belkina et al. 2019 and
	// Linderman & Steinerberger 2019, who leave out the gradient's factor 4.
	LearningRate float64

	// course is the length that exaggeration and momentum take to their ends: that
	// of the phase before Settings.Iterations has changed it.
	course int
}

// at returns what the phase is in its iteration i of an embedding of n points.
func (p Phase) at(i, n int) Phase {
	done := min(1, float64(i)/float64(p.course))
	if p.EndExaggeration != 0 {
		p.Exaggeration *= math.Pow(p.EndExaggeration/p.Exaggeration, done)
	}
	if p.EndMomentum != 0 {
		p.Momentum += (p.EndMomentum - p.Momentum) * done
	}
	if p.LearningRate == 0 {
		p.LearningRate = float64(n) / (4 * p.Exaggeration)
	}
	return p
}

// Repulsion is a way to sum the repulsion between all pairs of points.
type Repulsion int

const (
	// ByNumber takes ExactSum for few points and Mesh for many, whichever is
	// faster.
	ByNumber Repulsion = iota
	// ExactSum adds up all pairs; its time grows with the square of their number.
	ExactSum
	// Mesh takes near pairs one by one and far ones through a grid. Its forces
	// are off by less than 1% of their root mean square, and by up to 4% in the
	// first iterations, when all points are at about the same place.
	Mesh
)

// Neighbors is a way to find each point's nearest neighbours.
type Neighbors int

const (
	// NeighborsByNumber takes ExactNeighbors for few points and
	// ApproximateNeighbors for many.
	NeighborsByNumber Neighbors = iota
	// ExactNeighbors looks at all pairs; its time grows with the square of their
	// number.
	ExactNeighbors
	// ApproximateNeighbors finds nearly all of them, and faster.
	ApproximateNeighbors
)

// meshPoints is the number of points from which ByNumber takes the mesh: there
// BenchmarkRepulsion gives both the same time.
const meshPoints = 450

// approximatePoints is the number of points from which NeighborsByNumber takes
// the approximate search. On two cores it is the faster one from 10,000 codes of
// 30 columns on, and from about as many uniform points of 10. But up to this number
// the exact one costs no more than an eighth of the whole: .24 s at 20,000 codes,
// .13 s at 15,000, .07 s at 20,000 uniform points; and with it the neighbours and
// the divergence are exact. At 30,000 codes it would cost a fifth, .55 s.
const approximatePoints = 20000

// Validate returns what Embed would say of the settings for n points, or nil.
// It does not look at the Start's elements, only at its size.
func (s *Settings) Validate(n int) error {
	_, err := s.resolve(n)
	return err
}

// choices are settings with all defaults put in.
type choices struct {
	rules
	perplexity float64
	neighbors  int
	phases     []Phase
	mesh       bool
	initial    Initial

	approximate bool // neighbours
}

// resolve replaces zero values by what they mean for n points.
func (s *Settings) resolve(n int) (*choices, error) {
	if s == nil {
		s = new(Settings)
	}
	if err := s.checkNames(); err != nil {
		return nil, err
	}
	c := &choices{rules: presets[s.Preset], perplexity: s.Perplexity, initial: s.Initial}
	if c.initial == InitialByPreset {
		c.initial = presets[s.Preset].initial
	}
	if s.PCA < 0 || s.PCA == 1 {
		return nil, fmt.Errorf("tsne: PCA: got %d components, want at least 2, or 0 for none", s.PCA)
	}
	if c.perplexity == 0 {
		c.perplexity = DefaultPerplexity
	}
	if err := c.checkPerplexity(n); err != nil {
		return nil, err
	}
	c.neighbors = int(min(float64(n-1), 3*c.perplexity+1))

	schedule := s.Schedule
	if schedule == nil {
		schedule = s.Preset.Schedule(n)
	}
	for i, phase := range schedule {
		if err := phase.validate(); err != nil {
			return nil, fmt.Errorf("tsne: schedule: phase %d: %w", i, err)
		}
		c.phases = append(c.phases, phase.resolve())
	}
	switch {
	case len(c.phases) == 0:
		return nil, fmt.Errorf("tsne: schedule: got no phase, want at least one")
	case s.Iterations < 0:
		return nil, fmt.Errorf("tsne: iterations: got %d, want a positive number, or 0 for the schedule's", s.Iterations)
	case s.Iterations > 0:
		c.phases = fitPhases(c.phases, s.Iterations)
	}

	c.approximate = s.Neighbors == ApproximateNeighbors || s.Neighbors == NeighborsByNumber && n >= approximatePoints
	c.mesh = s.Repulsion == Mesh || s.Repulsion == ByNumber && n >= meshPoints
	if s.Start != nil {
		if rows, columns := s.Start.Dims(); rows != n || columns != 2 {
			return nil, fmt.Errorf("tsne: start: got %d x %d, want %d x 2, a row for each point", rows, columns, n)
		}
	}
	return c, nil
}

// checkNames refuses values that have no name.
func (s *Settings) checkNames() error {
	return cmp.Or(
		presetNames.check(int(s.Preset)), metricNames.check(int(s.Metric)), initialNames.check(int(s.Initial)),
		neighborsNames.check(int(s.Neighbors)), repulsionNames.check(int(s.Repulsion)),
	)
}

func (c *choices) checkPerplexity(n int) error {
	if !(c.perplexity > 1) || math.IsInf(c.perplexity, 1) {
		return fmt.Errorf("tsne: perplexity: got %v, want a finite number above 1, or 0 for %d", c.perplexity, DefaultPerplexity)
	}
	return c.perplexityFits(c.perplexity, n)
}

// hundredths cuts the largest number allowed to two digits behind the point, so
// that a message names one that is allowed.
func hundredths(largest float64) float64 { return math.Floor(100*largest) / 100 }

func (p Phase) validate() error {
	switch {
	case p.Iterations < 1:
		return fmt.Errorf("iterations: got %d, want at least 1", p.Iterations)
	case !(p.Exaggeration >= 0) || math.IsInf(p.Exaggeration, 1):
		return fmt.Errorf("exaggeration: got %v, want a positive number, or 0 for 1", p.Exaggeration)
	case !(p.EndExaggeration >= 0) || math.IsInf(p.EndExaggeration, 1):
		return fmt.Errorf("end exaggeration: got %v, want a positive number, or 0 for no change", p.EndExaggeration)
	case !(p.Momentum >= 0 && p.Momentum < 1):
		return fmt.Errorf("momentum: got %v, want at least 0 and below 1", p.Momentum)
	case !(p.EndMomentum >= 0 && p.EndMomentum < 1):
		return fmt.Errorf("end momentum: got %v, want above 0 and below 1, or 0 for no change", p.EndMomentum)
	case !(p.LearningRate >= 0) || math.IsInf(p.LearningRate, 1):
		return fmt.Errorf("learning rate: got %v, want a positive number, or 0 for points/(4·exaggeration)", p.LearningRate)
	}
	return nil
}

func (p Phase) resolve() Phase {
	if p.Exaggeration == 0 {
		p.Exaggeration = 1
	}
	p.course = p.Iterations
	return p
}

// fitPhases lengthens or cuts the end of phases, in place, so that they make up
// total iterations.
func fitPhases(phases []Phase, total int) []Phase {
	for i := range phases {
		if i == len(phases)-1 || phases[i].Iterations >= total {
			phases[i].Iterations = total
			return phases[:i+1]
		}
		total -= phases[i].Iterations
	}
	return phases
}
