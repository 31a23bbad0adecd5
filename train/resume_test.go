package train

import (
	"context"
	"errors"
	"testing"

	"stackedae/graph"
)

// TestResumeWithNoise stops a run with noise within an epoch: what follows has the
// noise that it would have had.
func TestResumeWithNoise(t *testing.T) {
	for _, noise := range []graph.Noise{{Gaussian: 0.3, Seed: 5}, {Dropout: 0.3, Seed: 5}} {
		d, c := small(true)
		c.Noise = noise
		m := newModel(t)
		r, err := Run(t.Context(), m, d, c)
		if err != nil {
			t.Fatal(err)
		}
		want := outcome(t, m, r)

		_, c = small(true)
		c.Noise = noise
		ctx, stop := until(t, smallEpoch+2)
		s := &State{Model: newModel(t)}
		if _, err := Resume(ctx, s, d, c, stop); err == nil {
			t.Fatal("the run was not stopped")
		}
		read := written(t, &Checkpoint{State: *s})
		if r, err = Resume(t.Context(), &read.State, d, c); err != nil {
			t.Fatal(err)
		}
		if got := outcome(t, read.Model, r); got != want {
			t.Errorf("%+v: another outcome after a break", noise)
		}
	}
}

// TestResumeWithPatience stops a run that is to stop early at every step, and goes on
// from a file: it stops where it would have, with the weights of the same epoch. So
// does what goes on from its end.
func TestResumeWithPatience(t *testing.T) {
	d, c := data(24), Config{Epochs: 40, BatchSize: 4, LearningRate: 5, Patience: 3}
	m := newModel(t)
	full, err := Run(t.Context(), m, d, c)
	if err != nil || full.Status != NoProgress || full.Best == 1 {
		t.Fatalf("%v with the weights of epoch %d, %v", full.Status, full.Best, err)
	}
	want := outcome(t, m, full)
	for stop := range full.Steps + 1 {
		var left *Checkpoint
		ctx, hook := until(t, stop)
		keep := Hook{Name: "keep", Pause: func(p Pause) error {
			if p.Ends {
				left = written(t, &Checkpoint{State: *p.State})
			}
			return nil
		}}
		if _, err := Run(ctx, newModel(t), d, c, hook, keep); !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped after step %d: %v", stop, err)
		}
		state := &left.State
		r, err := Resume(t.Context(), state, d, c, keep)
		if err != nil {
			t.Fatal(err)
		}
		if got := outcome(t, state.Model, r); got != want || r.Best != full.Best {
			t.Errorf("stopped after step %d and resumed:\n%.400s\nwant\n%.400s", stop, got, want)
		}
		called := false
		r, err = Resume(t.Context(), &left.State, d, c, Hook{Name: "calls", Pause: func(Pause) error { called = true; return nil }})
		if err != nil {
			t.Fatal(err)
		}
		if got := outcome(t, left.Model, r); got != want || r.Best != full.Best || called {
			t.Errorf("resumed at the end (goes on: %t):\n%.400s\nwant\n%.400s", called, got, want)
		}
	}
}
