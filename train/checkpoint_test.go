package train

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stackedae/model"
)

// small is a run of 3 epochs of 4 steps.
func small(shuffle bool) (Data, Config) {
	c := Config{Epochs: 3, BatchSize: 4, LearningRate: 0.5}
	if shuffle {
		c.Shuffle = rand.NewPCG(7, 0)
	}
	return data(13), c
}

const smallSteps, smallEpoch = 12, 4

// written returns a checkpoint as another process would read it.
func written(t *testing.T, c *Checkpoint) *Checkpoint {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	data, err := c.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	read, err := LoadCheckpoint(path)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := read.MarshalBinary(); err != nil || !bytes.Equal(data, again) {
		t.Errorf("written, read and written again: other bytes (%v)", err)
	}
	return read
}

// outcome is what must be the same after a break.
func outcome(t *testing.T, m *model.Model, r Result) string {
	t.Helper()
	weights, err := m.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var history bytes.Buffer
	if err := r.History.WriteCSV(&history); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s\n%d steps, %v\n%x", history.String(), r.Steps, r.Status, weights)
}

// until returns a context that ends with the step of a number, and the hook that
// ends it.
func until(t *testing.T, step int) (context.Context, Hook) {
	ctx, cancel := context.WithCancel(t.Context())
	if step == 0 {
		cancel()
	}
	return ctx, Hook{Name: "stop", Step: func(s Step) error {
		if s.Number == step {
			cancel()
		}
		return nil
	}}
}

// TestResumeHasTheSameBits stops a run after each of its steps, reads its state from
// a file, and goes on. After an epoch's last step it stops in the validation.
func TestResumeHasTheSameBits(t *testing.T) {
	for _, shuffle := range []bool{true, false} {
		m := newModel(t)
		d, c := small(shuffle)
		var full StepLog
		r, err := Run(t.Context(), m, d, c, full.Hook())
		if err != nil {
			t.Fatal(err)
		}
		want := outcome(t, m, r)
		for stop := range smallSteps + 1 {
			var left *Checkpoint
			var log StepLog
			ctx, hook := until(t, stop)
			d, c := small(shuffle)
			keep := Hook{Name: "keep", Pause: func(p Pause) error {
				if p.Ends {
					left = written(t, &Checkpoint{State: *p.State, Log: log})
				}
				return nil
			}}
			r, err := Run(ctx, newModel(t), d, c, hook, log.Hook(), keep)
			if !errors.Is(err, context.Canceled) || r.Status != Cancelled || r.Steps != stop {
				t.Fatalf("stopped after step %d: status %v after %d, error %v", stop, r.Status, r.Steps, err)
			}
			if begun := (stop + smallEpoch - 1) / smallEpoch; left.Begun() != begun || left.Steps(smallEpoch) != stop {
				t.Errorf("state of %d epochs and %d steps, want %d and %d", left.Begun(), left.Steps(smallEpoch), begun, stop)
			}
			d, c = small(shuffle)
			log = left.Log
			if r, err = Resume(t.Context(), &left.State, d, c, log.Hook()); err != nil {
				t.Fatal(err)
			}
			if got := outcome(t, left.Model, r); got != want {
				t.Errorf("shuffle %t, stopped after step %d and resumed:\n%.400s\nwant\n%.400s", shuffle, stop, got, want)
			}
			if got, want := csvOf(t, log), csvOf(t, full); got != want {
				t.Errorf("stopped after step %d: step log\n%s\nwant\n%s", stop, got, want)
			}
		}
	}
}

func csvOf(t *testing.T, log StepLog) string {
	var b bytes.Buffer
	if err := log.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestMoreEpochs resumes a finished run: with as many epochs nothing is done, with
// more it is as if they had been wanted at once.
func TestMoreEpochs(t *testing.T) {
	d, c := small(true)
	m := newModel(t)
	r, err := Run(t.Context(), m, d, c)
	if err != nil {
		t.Fatal(err)
	}
	want := outcome(t, m, r)

	d, c = small(true)
	c.Epochs = 1
	s := State{Model: newModel(t)}
	if _, err := Resume(t.Context(), &s, d, c); err != nil {
		t.Fatal(err)
	}
	for _, epochs := range []int{1, 2, 2, 3, 3} {
		s = written(t, &Checkpoint{State: s}).State
		called := false
		d, c = small(true)
		c.Epochs = epochs
		already := len(s.History)
		if r, err = Resume(t.Context(), &s, d, c, Hook{Name: "calls",
			Step:  func(Step) error { called = true; return nil },
			Pause: func(Pause) error { called = true; return nil }}); err != nil {
			t.Fatal(err)
		}
		if called != (epochs > already) || r.Status != Completed {
			t.Errorf("%d epochs after %d: hooks called %t, status %v", epochs, already, called, r.Status)
		}
	}
	if got := outcome(t, s.Model, r); got != want {
		t.Errorf("epoch by epoch:\n%.300s\nwant\n%.300s", got, want)
	}
	c.Epochs = 2
	if _, err := Resume(t.Context(), &s, d, c); err == nil || !strings.Contains(err.Error(), "2 epochs, want at least the 3 that are begun") {
		t.Errorf("fewer epochs: error %v", err)
	}
}

// TestPauses checks when hooks can leave the run, and that the state is one to
// resume from.
func TestPauses(t *testing.T) {
	d, c := small(true)
	var got []string
	if _, err := Run(t.Context(), newModel(t), d, c, Hook{Name: "pauses",
		Pause: func(p Pause) error {
			got = append(got, fmt.Sprintf("%d:%d+%d", p.Steps, len(p.State.History), p.State.InEpoch))
			if p.Ends {
				got = append(got, "ends")
			}
			return nil
		},
		Epoch: func(e Epoch) error { got = append(got, "told"); return nil }}); err != nil {
		t.Fatal(err)
	}
	const want = "1:0+1 2:0+2 3:0+3 4:1+0 told 5:1+1 6:1+2 7:1+3 8:2+0 told 9:2+1 10:2+2 11:2+3 12:3+0 ends told"
	if strings.Join(got, " ") != want {
		t.Errorf("pauses %s, want %s", strings.Join(got, " "), want)
	}
}

// stateAfter returns the state of a small run after some steps.
func stateAfter(t *testing.T, steps int) State {
	t.Helper()
	ctx, hook := until(t, steps)
	d, c := small(true)
	s := State{Model: newModel(t)}
	if _, err := Resume(ctx, &s, d, c, hook); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	return s
}

func TestResumeRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(s *State, c *Config)
		want  string
	}{
		{"too many steps", func(s *State, c *Config) { s.InEpoch = 5 }, "5 steps of an epoch are taken, want 0 to 4"},
		{"negative steps", func(s *State, c *Config) { s.InEpoch = -1 }, "-1 steps of an epoch are taken"},
		{"other batches", func(s *State, c *Config) { c.BatchSize = 3 }, "a mean over 8 images, want the 6 of the epoch's first 2 steps"},
		{"no shuffling any more", func(s *State, c *Config) { c.Shuffle = nil }, "Config.Shuffle"},
		{"shuffling from now on", func(s *State, c *Config) { s.order = nil }, "Config.Shuffle"},
		{"an image twice", func(s *State, c *Config) { s.order[3] = s.order[4] }, "is twice in the order"},
		{"no image", func(s *State, c *Config) { s.order[3] = math.MaxInt32 }, "or is none of 13"},
		{"patience from now on", func(s *State, c *Config) { c.Patience = 1 }, "0 numbers as the best weights, want "},
		{"infinite weights", func(s *State, c *Config) {
			c.Patience, s.best = 1, slices.Repeat([]float32{float32(math.Inf(1))}, s.Model.Spec.Parameters())
		}, "best weights with +Inf"},
		{"fewer images", func(s *State, c *Config) { s.order = s.order[:12] }, "an order of 12 images, want 13"},
	} {
		s := stateAfter(t, 6)
		d, config := small(true)
		c.spoil(&s, &config)
		if _, err := Resume(t.Context(), &s, d, config); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

// TestDamageIsFound changes every byte of a checkpoint, and cuts it everywhere.
func TestDamageIsFound(t *testing.T) {
	data, err := (&Checkpoint{State: stateAfter(t, 6), Settings: []Setting{{"--seed", `4"2`}}, Log: StepLog{{}, {}}}).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if c, err := unmarshalCheckpoint(slices.Clone(data)); err != nil || c.Settings[0].Value != `4"2` || len(c.Log) != 2 {
		t.Fatalf("undamaged: %+v, %v", c, err)
	}
	for i := range data {
		for _, flip := range []byte{1, 0x80} {
			damaged := slices.Clone(data)
			damaged[i] ^= flip
			if _, err := unmarshalCheckpoint(damaged); err == nil {
				t.Fatalf("byte %d changed by %#x: no error", i, flip)
			}
		}
		if _, err := unmarshalCheckpoint(slices.Clone(data[:i])); err == nil {
			t.Fatalf("cut to %d bytes: no error", i)
		}
	}
	alone, err := newModel(t).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := unmarshalCheckpoint(alone); err == nil || !strings.Contains(err.Error(), "a model alone, want a checkpoint") {
		t.Errorf("a model: error %v", err)
	}
}

// TestCheckpointIsAModel reads a checkpoint as commands read a model.
func TestCheckpointIsAModel(t *testing.T) {
	s := stateAfter(t, 6)
	data, err := (&Checkpoint{State: s}).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	m, err := model.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range m.Weights() {
		if !slices.Equal(w.Values, s.Model.Weights()[i].Values) {
			t.Errorf("%s differs", w.Name)
		}
	}
	s.Model.Weights()[0].Values[0] = float32(math.Inf(1))
	if _, err := (&Checkpoint{State: s}).MarshalBinary(); !errors.Is(err, model.ErrNotFinite) {
		t.Errorf("an infinite weight: error %v", err)
	}
}

// FuzzCheckpoint looks for a file that panics here or where a run goes on with it.
func FuzzCheckpoint(f *testing.F) {
	d, c := small(true)
	for i, log := range []StepLog{nil, {{}, {}}, nil} {
		s := State{Model: newModel(f)}
		config := Config{Epochs: 1, BatchSize: c.BatchSize, LearningRate: 0.5, Shuffle: c.Shuffle, Patience: len(log)}
		var err error
		if greedy := i == 2; greedy {
			_, err = ResumeGreedy(f.Context(), &s, d, config, nil)
		} else {
			_, err = Resume(f.Context(), &s, d, config)
		}
		if err != nil {
			f.Fatal(err)
		}
		data, err := (&Checkpoint{State: s, Settings: []Setting{{"--seed", "42"}}, Log: log}).MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		resealed := slices.Clone(data) // as if the sum were right
		if at := bytes.Index(resealed, []byte(sumEntry)); at >= 0 && at+len(sumEntry)+len(noSum) <= len(resealed) {
			seal(resealed)
		}
		for _, file := range [][]byte{data, resealed} {
			c, err := unmarshalCheckpoint(file)
			if err != nil || c.Model.Spec.Inputs != columns {
				continue
			}
			d, config := small(true)
			if c.best != nil {
				config.Patience = 2
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if len(c.Stages) > 0 {
				config.Epochs = max(1, len(c.Stages[0]))
				_, err = ResumeGreedy(ctx, &c.State, d, config, nil)
			} else {
				_, err = Resume(ctx, &c.State, d, config)
			}
			if err == nil && c.Begun() < config.Epochs && !c.Stopped(config.Patience) {
				t.Error("no error of a run that was stopped")
			}
		}
	})
}
