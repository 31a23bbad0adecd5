// This file holds the bench command: its flags and what it does with them.

package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime/pprof"
	"time"

	"stackedae/graph"
	"stackedae/internal/bench"
	"stackedae/internal/fashion"
	"stackedae/internal/files"
)

type benchCommand struct {
	Ways    []string `placeholder:"NAME" help:"Measure these ways alone: stock, fused-LEVEL, engine, static; NAME/N is on N threads."`
	Ops     bool     `help:"Also tell where the time of a step goes, of the ways named or else of static on all threads."`
	Seconds float64  `default:"20" help:"How long to measure, all ways together (${default})."`
	Steps   int      `placeholder:"N" help:"Take N steps a way in place of --seconds; 0 is as many as those allow."`
	Busy    int      `placeholder:"N" help:"Measure beside N programs that keep a processor busy each."`
	hiddenFlag
	BatchSize  int    `default:"${batchSize}" help:"Images a step (${default})."`
	CPUProfile string `name:"cpuprofile" placeholder:"FILE" help:"Write a profile of the measured part, for go tool pprof."`
	dataFlag
	reportFlags
}

// Help is shown below the command's usage.
func (benchCommand) Help() string {
	return "Example: stackedae bench --ways engine,engine/2 --busy 2 --steps 10000"
}

// Most seconds, steps and busy programs that can be asked for.
const (
	maxBenchSeconds = 24 * 60 * 60
	maxBenchSteps   = 10_000_000
	maxBusy         = 1000
)

// Validate refuses values that no data could make right.
func (c *benchCommand) Validate() error {
	if !(c.Seconds > 0) || c.Seconds > maxBenchSeconds {
		return fmt.Errorf("--seconds %v, want more than 0 and at most %d", c.Seconds, maxBenchSeconds)
	}
	if c.Steps < 0 || c.Steps > maxBenchSteps {
		return fmt.Errorf("--steps %d, want 1 to %d, or 0 for as many as --seconds allows", c.Steps, maxBenchSteps)
	}
	if c.Busy < 0 || c.Busy > maxBusy {
		return fmt.Errorf("--busy %d, want 0 to %d", c.Busy, maxBusy)
	}
	if c.BatchSize < 1 {
		return fmt.Errorf("--batch-size %d, want at least 1", c.BatchSize)
	}
	if c.Ways != nil && len(c.Ways) == 0 {
		return errors.New("--ways names none, want at least one")
	}
	if _, err := c.ways(); err != nil {
		return err
	}
	return c.spec().Validate()
}

// ways returns what is to be measured.
func (c *benchCommand) ways() ([]bench.Way, error) {
	host, err := bench.ThisHost()
	if err != nil {
		return nil, err
	}
	if c.Ways != nil {
		return host.Named(c.Ways)
	}
	ways := host.Ways()
	if c.Ops {
		ways = ways[len(ways)-1:]
	}
	return ways, nil
}

func (c *benchCommand) Run(app *app) error {
	ways, err := c.ways()
	if err != nil {
		return err
	}
	if c.CPUProfile != "" {
		if err := checkWritable(c.CPUProfile); err != nil {
			return fmt.Errorf("--cpuprofile: %w", err)
		}
	}
	data, err := loadData(c.Data)
	if err != nil {
		return err
	}
	stop, err := startBusy(c.Busy)
	if err != nil {
		return fmt.Errorf("--busy: %w", err)
	}
	defer stop()
	measured, profile, err := c.measure(app, ways, data.Train)
	if err != nil {
		return err
	}
	if c.CPUProfile != "" {
		app.outputs = append(app.outputs, output{c.CPUProfile, profile})
	}
	if err := app.flush(app.ctx); err != nil {
		return err
	}
	report := newBenchReport(c, measured, data.Train.Len())
	return app.result(c.reportFlags, report, "%s", report.text())
}

// measure measures the ways, with a bar, and returns the profile of that, if it
// is wanted.
func (c *benchCommand) measure(app *app, ways []bench.Way, set fashion.Set) (measured bench.Report, profile []byte, err error) {
	p := app.newProgress(c.reportFlags)
	var run pace
	b, err := bench.New(bench.Settings{
		Ways: ways, Spec: c.spec(), Rows: c.BatchSize,
		Images: graph.Bytes{Pixels: set.Images, Columns: fashion.Pixels, Order: rand.New(rand.NewPCG(0, shuffleStream)).Perm(set.Len())},
		Time:   time.Duration(c.Seconds * float64(time.Second)), Steps: c.Steps, Trace: c.Ops,
		Progress: func(taken, turns int, w bench.Way) {
			if run.started.IsZero() {
				run.begin(taken)
			}
			p.draw(status{done: taken, total: turns, name: [2]string{w.Name, w.Name}, left: run.left(taken, turns)})
		},
	})
	if err != nil {
		return measured, nil, err
	}
	defer func() {
		p.clear()
		err = errors.Join(err, b.Close())
	}()
	var cpu bytes.Buffer
	if c.CPUProfile != "" {
		if err := pprof.StartCPUProfile(&cpu); err != nil {
			return measured, nil, err
		}
		defer func() {
			pprof.StopCPUProfile()
			profile = cpu.Bytes()
		}()
	}
	measured, err = b.Run(app.ctx)
	return measured, nil, err
}

// checkWritable returns an error if no file can be written to path.
func checkWritable(path string) error {
	target, err := files.Target(path)
	if err != nil {
		return err
	}
	if err := files.Probe(filepath.Dir(target)); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
