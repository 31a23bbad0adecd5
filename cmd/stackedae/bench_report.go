// This file holds what bench reports, as JSON and in numbers that the tables
// show.

package main

import (
	"bufio"
	"cmp"
	"os"
	"runtime"
	"slices"
	"strings"

	"stackedae/graph"
	"stackedae/internal/bench"
	"stackedae/internal/simd"
	"stackedae/train"
)

// benchReport is what bench prints as JSON.
type benchReport struct {
	Processor    string       `json:"processor"`
	OS           string       `json:"os"`
	Arch         string       `json:"arch"`
	CPUs         int          `json:"cpus"`
	GoVersion    string       `json:"go"`
	GOMAXPROCS   int          `json:"gomaxprocs"`
	Level        string       `json:"kernels"`
	Levels       []string     `json:"kernel_levels"`
	Architecture string       `json:"architecture"`
	BatchSize    int          `json:"batch_size"`
	EpochImages  int          `json:"epoch_images"`
	StepGFLOP    float64      `json:"gflop_per_step"`
	Busy         int          `json:"busy_programs"`
	Peaks        []peakReport `json:"peaks"`
	Ways         []wayReport  `json:"ways"`

	bySteps bool // the number of steps was given
}

type peakReport struct {
	Threads int     `json:"threads"`
	GFLOPS  float64 `json:"gflop_per_second"`
}

// wayReport is what was measured of a way. Times are in microseconds where the
// name does not say seconds, ratios are of the first way's time to this one's.
type wayReport struct {
	Name        string    `json:"name"`
	Level       string    `json:"kernels"`
	Threads     int       `json:"threads"`
	Steps       int       `json:"steps"`
	Seconds     float64   `json:"seconds"`
	Median      float64   `json:"median_us"`
	Mean        float64   `json:"mean_us"`
	P5          float64   `json:"p5_us"`
	P95         float64   `json:"p95_us"`
	Longest     float64   `json:"longest_us"`
	Epoch       float64   `json:"epoch_seconds"`
	Allocations float64   `json:"allocations_per_step"`
	Bytes       float64   `json:"bytes_per_step"`
	GFLOPS      float64   `json:"gflop_per_second"`
	PeakShare   float64   `json:"share_of_peak"`
	MedianRatio float64   `json:"ratio_of_medians"`
	MeanRatio   float64   `json:"ratio_of_means"`
	Ops         *opReport `json:"ops,omitempty"`
}

// opReport is where the time of traced steps went.
type opReport struct {
	Steps int        `json:"steps"`
	Mean  float64    `json:"mean_us"`
	Parts []opTiming `json:"parts"` // that which takes longest first
}

type opTiming struct {
	Name  string  `json:"name"`
	Calls float64 `json:"calls_per_step"`
	Mean  float64 `json:"us_per_step"`
	Share float64 `json:"share"`
}

// restName is the part of a step that is in no other.
const restName = "machine and the rest"

// newBenchReport says what was measured in the numbers that people want.
func newBenchReport(c *benchCommand, measured bench.Report, images int) benchReport {
	level, _ := simd.Level() // newParser has seen the error
	rows := min(c.BatchSize, images)
	flops := bench.Flops(c.spec(), rows)
	r := benchReport{
		Processor: processor(), OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(),
		GoVersion: runtime.Version(), GOMAXPROCS: runtime.GOMAXPROCS(0), Level: level, Levels: simd.Levels(),
		Architecture: c.spec().String(), BatchSize: rows, EpochImages: images, StepGFLOP: flops / 1e9, Busy: c.Busy,
		bySteps: c.Steps > 0,
	}
	peaks := map[int]float64{}
	for _, p := range measured.Peaks {
		peaks[p.Threads] = p.Flops
		r.Peaks = append(r.Peaks, peakReport{p.Threads, p.Flops / 1e9})
	}
	first := measured.Results[0]
	for _, w := range measured.Results {
		r.Ways = append(r.Ways, wayReport{
			Name: w.Name, Level: w.Level, Threads: w.Threads, Steps: len(w.Times), Seconds: w.Total().Seconds(),
			Median: 1e6 * w.Median(), Mean: 1e6 * w.Mean(),
			P5: 1e6 * w.Quantile(0.05), P95: 1e6 * w.Quantile(0.95), Longest: 1e6 * w.Quantile(1),
			Epoch:       w.TypicalMean * float64(train.StepsPerEpoch(images, rows)),
			Allocations: w.Allocations, Bytes: w.Bytes,
			GFLOPS: flops / w.Median() / 1e9, PeakShare: flops / w.Median() / peaks[w.Threads],
			MedianRatio: first.Median() / w.Median(), MeanRatio: first.Mean() / w.Mean(),
			Ops: newOpReport(w.Trace),
		})
	}
	return r
}

func newOpReport(t *bench.TraceResult) *opReport {
	if t == nil {
		return nil
	}
	steps := float64(t.Steps)
	r := &opReport{Steps: t.Steps, Mean: 1e6 * t.Mean()}
	for _, p := range append(t.Parts, graph.Part{Name: restName, Calls: t.Steps, Time: t.Rest()}) {
		if p.Calls == 0 { // the solver, where operations take its step
			continue
		}
		r.Parts = append(r.Parts, opTiming{
			Name: p.Name, Calls: float64(p.Calls) / steps,
			Mean: 1e6 * p.Time.Seconds() / steps, Share: p.Time.Seconds() / t.Total.Seconds(),
		})
	}
	slices.SortStableFunc(r.Parts, func(a, b opTiming) int { return cmp.Compare(b.Mean, a.Mean) })
	return r
}

// processor returns the name that Linux gives the processor, or else its kind.
func processor() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
