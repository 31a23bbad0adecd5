// This file holds what sweep reports: single runs, and what they come to by code
// size.

package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// sweepNumber is a number that is measured of a network.
type sweepNumber int

const (
	valLoss sweepNumber = iota
	valRounded
	testLoss
	testRounded
	codeNeighbors
	embeddingNeighbors
	divergence
)

var sweepNames = [...]string{
	"val_loss", "val_rounded_accuracy", "test_loss", "test_rounded_accuracy", "code_neighbor_accuracy", "embedding_neighbor_accuracy", "kl_divergence",
}

// MarshalText returns the name in files.
func (n sweepNumber) MarshalText() ([]byte, error) { return []byte(sweepNames[n]), nil }

// sweepReport is what sweep prints as JSON.
type sweepReport struct {
	Hidden   []int       `json:"hidden"`          // above the code
	MeanLoss float64     `json:"mean_image_loss"` // of who has learnt nothing
	Pixels   float64     `json:"pixel_neighbor_accuracy"`
	Codes    []sweepCode `json:"codes"` // those of which a run has not failed
	Runs     []sweepRun  `json:"runs"`
	Files    []string    `json:"files"`
}

// sweepCode is what the runs of a code size come to.
type sweepCode struct {
	Code       int                          `json:"code"`
	Runs       int                          `json:"runs"` // that have not failed
	Numbers    map[sweepNumber]spreadReport `json:"numbers"`
	Components float64                      `json:"pca_neighbor_accuracy"`
}

// sweepRun is a training and what was measured after it.
type sweepRun struct {
	Code    int                     `json:"code"`
	Seed    uint64                  `json:"seed"`
	Numbers map[sweepNumber]float64 `json:"numbers,omitempty"` // of a failed one, those before
	Seconds float64                 `json:"seconds"`
	Error   string                  `json:"error,omitempty"`
}

// sweepHeader stands above the lines of runs, which begin with their number.
const sweepHeader = "  run  code    seed  val_loss  rounded  test_loss   codes  embedding  seconds"

// String returns the run's line below sweepHeader.
func (r sweepRun) String() string {
	line := fmt.Sprintf("  %4d  %6d", r.Code, r.Seed)
	if r.Error != "" {
		return line + "  left out: " + r.Error
	}
	n := r.Numbers
	return line + fmt.Sprintf("  %8.4f  %7.4f  %9.4f  %6.4f  %9.4f  %7.1f", n[valLoss], n[valRounded], n[testLoss], n[codeNeighbors], n[embeddingNeighbors], r.Seconds)
}

// summarize sums the runs up by code size. A size of which all runs have failed
// is left out.
func (r *sweepReport) summarize() {
	for i := range r.Codes {
		c := &r.Codes[i]
		c.Numbers = map[sweepNumber]spreadReport{}
		for n := range sweepNumber(len(sweepNames)) {
			var values []float64
			for _, run := range r.Runs {
				if run.Code == c.Code && run.Error == "" {
					values = append(values, run.Numbers[n])
				}
			}
			if c.Runs = len(values); c.Runs > 0 {
				c.Numbers[n] = spreadOf(values)
			}
		}
	}
	r.Codes = slices.DeleteFunc(r.Codes, func(c sweepCode) bool { return c.Runs == 0 })
}

// spreadOf sums values up; the deviation of one alone is 0.
func spreadOf(values []float64) spreadReport {
	s := spreadReport{Mean: values[0], Lowest: slices.Min(values), Highest: slices.Max(values)}
	if len(values) > 1 {
		s.Mean, s.Deviation = stat.MeanStdDev(values, nil)
	}
	return s
}

// bySeed returns a number as figures take it: [seed][code size]. In the place of a
// failed run stands the mean of those that have not failed, which moves neither
// their mean nor the lowest and the highest.
func (r *sweepReport) bySeed(n sweepNumber) (runs [][]float64) {
	row := map[uint64][]float64{}
	for _, run := range r.Runs {
		i := slices.IndexFunc(r.Codes, func(c sweepCode) bool { return c.Code == run.Code })
		if i < 0 {
			continue
		}
		if row[run.Seed] == nil {
			row[run.Seed] = make([]float64, len(r.Codes))
			runs = append(runs, row[run.Seed])
		}
		row[run.Seed][i] = run.Numbers[n]
		if run.Error != "" {
			row[run.Seed][i] = r.Codes[i].Numbers[n].Mean
		}
	}
	return runs
}

// leftOut returns a sentence that names the runs that have failed, or nothing.
func (r *sweepReport) leftOut() string {
	var failed []string
	for _, run := range r.Runs {
		if run.Error != "" {
			failed = append(failed, fmt.Sprintf("code %d, seed %d: %s", run.Code, run.Seed, run.Error))
		}
	}
	if failed == nil {
		return ""
	}
	return fmt.Sprintf("%d of %d trainings failed and are left out: %s", len(failed), len(r.Runs), strings.Join(failed, "; "))
}

// writeCSV writes a line a run, with NaN for what was not measured of a failed one. Times are
// left out: equal sweeps write equal bytes.
func (r *sweepReport) writeCSV(w io.Writer) error {
	rows := [][]string{append([]string{"code", "seed"}, sweepNames[:]...)}
	for _, run := range r.Runs {
		row := []string{strconv.Itoa(run.Code), strconv.FormatUint(run.Seed, 10)}
		for n := range sweepNumber(len(sweepNames)) {
			value, ok := run.Numbers[n]
			if !ok {
				value = math.NaN()
			}
			row = append(row, strconv.FormatFloat(value, 'g', -1, 64))
		}
		rows = append(rows, row)
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// String returns the table of code sizes: means, and standard deviations of those
// that the figure is about.
func (r *sweepReport) String() string {
	rows := [][]string{{"code", "runs", "val_loss", "sd", "rounded", "test_loss", "codes", "sd", "embedding", "sd", "PCA"}}
	for _, c := range r.Codes {
		n := c.Numbers
		deviation := func(of sweepNumber) string {
			if c.Runs == 1 {
				return ""
			}
			return fmt.Sprintf("%.4f", n[of].Deviation)
		}
		mean := func(of sweepNumber) string { return fmt.Sprintf("%.4f", n[of].Mean) }
		rows = append(rows, []string{
			strconv.Itoa(c.Code), strconv.Itoa(c.Runs), mean(valLoss), deviation(valLoss), mean(valRounded), mean(testLoss),
			mean(codeNeighbors), deviation(codeNeighbors), mean(embeddingNeighbors), deviation(embeddingNeighbors), fmt.Sprintf("%.4f", c.Components),
		})
	}
	text := align(rows, 1) + fmt.Sprintf("Codes, embedding and PCA, as many principal components: %d-neighbour class accuracy of the validation images; of their pixels it is %.4f.\n", neighbors, r.Pixels)
	if failed := r.leftOut(); failed != "" {
		text += failed + ".\n"
	}
	return text
}
