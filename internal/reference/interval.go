// This file judges one run by a prediction interval.

package reference

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Confidence is that with which all judged numbers of a run of the same
// distribution are inside together, and with which Differences finds none
// between runs of the same distribution.
const Confidence = .99

// JudgedEpochs are those that are judged unless told otherwise, as far as runs go.
func JudgedEpochs() []int { return []int{1, 5, 10, 20} }

// JudgedEpochs are those that are judged of such runs unless told otherwise.
func (r *Recordings) JudgedEpochs() []int {
	return slices.DeleteFunc(JudgedEpochs(), func(epoch int) bool { return epoch > r.Epochs() })
}

// Spread tells of a number in several runs.
type Spread struct {
	Runs            int
	Mean, Deviation float64 // of the sample, with Runs-1
	Lowest, Highest float64
}

func spreadOf(values []float64) Spread {
	mean, deviation := stat.MeanStdDev(values, nil)
	return Spread{len(values), mean, deviation, slices.Min(values), slices.Max(values)}
}

// Verdict is what is to say of one number.
type Verdict struct {
	Measure
	Ours   float64
	Theirs Spread
	// Apart is how many of their standard deviations ours is above their mean.
	Apart  float64
	Inside bool
}

// String tells why a number is inside or outside.
func (v Verdict) String() string {
	return fmt.Sprintf("%v is %.4f, %+.1f standard deviations from the mean %.4f of %d runs from %.4f to %.4f",
		v.Measure, v.Ours, v.Apart, v.Theirs.Mean, v.Theirs.Runs, v.Theirs.Lowest, v.Theirs.Highest)
}

// Judgement is what is to say of a run.
type Judgement struct {
	Verdicts []Verdict
	// Limit is how many standard deviations apart is still inside.
	Limit float64
}

// Outside returns the verdicts that reject the run.
func (j Judgement) Outside() (rejecting []Verdict) {
	for _, v := range j.Verdicts {
		if !v.Inside {
			rejecting = append(rejecting, v)
		}
	}
	return rejecting
}

// Judge compares a run's numbers at the epochs of each stage, counted from 1, with
// those of the recorded runs. A number is inside if it lies in its prediction interval:
//
//	mean ± t·deviation·√(1 + 1/n)
//
// where t is the quantile of Student's distribution with n-1 degrees of freedom
// (G. J. Hahn, W. Q. Meeker: Statistical Intervals, 1991, chapter 4). The
// intervals hold all m judged numbers of one more run together with at least the
// probability Confidence: each leaves (1-Confidence)/m outside (Bonferroni). The
// range of the recorded runs alone would reject one run in n/2 of the same
// distribution for each number.
func (r *Recordings) Judge(run []History, epochs []int) (Judgement, error) {
	if err := r.check(epochs, [][]History{run}); err != nil {
		return Judgement{}, err
	}
	n := float64(len(r.Runs))
	measures := r.measures(epochs)
	judged := float64(len(measures))
	student := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}
	j := Judgement{Limit: student.Quantile(1-(1-Confidence)/(2*judged)) * math.Sqrt(1+1/n)}
	for _, m := range measures {
		v := Verdict{Measure: m, Ours: m.of(run), Theirs: spreadOf(r.recorded(m))}
		v.Apart = (v.Ours - v.Theirs.Mean) / v.Theirs.Deviation
		if v.Theirs.Deviation == 0 && v.Ours == v.Theirs.Mean {
			v.Apart = 0
		}
		v.Inside = math.Abs(v.Apart) <= j.Limit
		j.Verdicts = append(j.Verdicts, v)
	}
	return j, nil
}

// check is Check for these runs.
func (r *Recordings) check(at []int, runs [][]History) error {
	for _, run := range runs {
		if len(run) != len(r.Stages) {
			return fmt.Errorf("reference: a run of %d stages, want %d, as recorded", len(run), len(r.Stages))
		}
		for _, h := range run {
			if err := r.Check(at, len(runs), h.Epochs()); err != nil {
				return err
			}
		}
	}
	return nil
}

// Check returns an error unless the epochs at can be judged in that many runs of
// so many epochs: before the runs, which take longer.
func (r *Recordings) Check(at []int, runs, epochs int) error {
	if len(at) == 0 {
		return fmt.Errorf("reference: no epochs to judge, want at least one")
	}
	recorded := r.Epochs()
	if len(r.Stages) > 1 && epochs != recorded {
		return fmt.Errorf("reference: %d epochs a stage, want %d, as recorded: a stage starts where the one before has ended", epochs, recorded)
	}
	for i, epoch := range at {
		switch {
		case slices.Contains(at[:i], epoch):
			return fmt.Errorf("reference: epoch %d is to be judged twice", epoch)
		case epoch < 1 || epoch > recorded:
			return fmt.Errorf("reference: epoch %d is to be judged, want 1 to %d, as recorded", epoch, recorded)
		case epoch > epochs:
			return fmt.Errorf("reference: epoch %d is to be judged, want 1 to %d, as the run has", epoch, epochs)
		}
	}
	if runs == 1 {
		return nil
	}
	if least := r.minRuns(len(r.measures(at))); runs < least {
		return fmt.Errorf("reference: %d runs, want 1 or at least %d: fewer could never be told from the %d recorded ones", runs, least, len(r.Runs))
	}
	return nil
}
