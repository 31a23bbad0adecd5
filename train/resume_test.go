package train

import (
	"context"
	"errors"
	"fmt"
	"strings"
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

// TestGreedyResumeHasTheSameBits stops greedy training in each of its steps and after
// each epoch, and goes on from its state, here and as another process would read it.
func TestGreedyResumeHasTheSameBits(t *testing.T) {
	for _, kind := range []struct {
		name    string
		shuffle bool
		Config
	}{
		{"shuffled", true, Config{LearningRate: 0.5}},
		{"in order, noisy", false, Config{LearningRate: 0.5, Noise: graph.Noise{Gaussian: 0.1, Seed: 1}}},
		{"the first stage stops early", true, Config{Patience: 1}},
	} {
		// greedy calls moment after every step, and again where the run can be left.
		greedy := func(ctx context.Context, s *State, moment func(steps int, p *Pause)) (string, error) {
			d, c := small(kind.shuffle)
			c.LearningRate, c.Noise, c.Patience = kind.LearningRate, kind.Noise, kind.Patience
			steps := s.Steps(smallEpoch)
			results, err := ResumeGreedy(ctx, s, d, c, func(Stage) []Hook {
				return []Hook{{Name: "test",
					Step: func(Step) error {
						steps++
						moment(steps, nil)
						return nil
					},
					Pause: func(p Pause) error {
						if p.Steps != steps || p.State.Steps(smallEpoch) != steps {
							t.Errorf("%s: pause after step %d, of a state after step %d, want %d", kind.name, p.Steps, p.State.Steps(smallEpoch), steps)
						}
						moment(steps, &p)
						return nil
					}}}
			})
			text := fmt.Sprintf("%d stages\n", len(results))
			for _, r := range results {
				text += fmt.Sprintf("best epoch %d, %s", r.Best, outcome(t, s.Model, r))
			}
			return text, err
		}
		whole, total := State{Model: newModel(t)}, 0
		want, err := greedy(t.Context(), &whole, func(steps int, _ *Pause) { total = steps })
		if err != nil {
			t.Fatal(err)
		}
		if early := strings.HasPrefix(want, "3 stages\nbest epoch 1,"); early != (kind.Patience > 0) {
			t.Fatalf("%s: the first stage has stopped early %t", kind.name, early)
		}
		for stop := range 2 * (total + 1) {
			last, paused := stop/2, stop%2 == 1
			ctx, cancel := context.WithCancel(t.Context())
			here, left := State{Model: newModel(t)}, &Checkpoint{State: State{Model: newModel(t)}}
			if last == 0 {
				cancel()
			}
			if _, err := greedy(ctx, &here, func(steps int, p *Pause) {
				if p != nil {
					left = written(t, &Checkpoint{State: *p.State})
				}
				if steps == last && paused == (p != nil) {
					cancel()
				}
			}); err != nil && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			for i, s := range []*State{&left.State, &here} {
				if s.Steps(smallEpoch) != last {
					t.Errorf("%s, stopped after step %d: a state after step %d", kind.name, last, s.Steps(smallEpoch))
				}
				if got, err := greedy(t.Context(), s, func(int, *Pause) {}); got != want || err != nil {
					t.Errorf("%s, stopped after step %d and resumed %d: %v\n%.600s\nwant\n%.600s", kind.name, last, i, err, got, want)
				}
			}
		}
		end := written(t, &Checkpoint{State: whole})
		got, err := greedy(t.Context(), &end.State, func(int, *Pause) { t.Error("a finished run goes on") })
		if err != nil || got != want {
			t.Errorf("%s, finished: %v\n%.600s\nwant\n%.600s", kind.name, err, got, want)
		}
	}
}

func TestGreedyResumeRefuses(t *testing.T) {
	d, c := small(false)
	finished := func(stages ...int) *State {
		s := State{Model: newModel(t)}
		for _, epochs := range stages {
			s.Stages = append(s.Stages, make(History, epochs))
		}
		return &s
	}
	for _, test := range []struct {
		stages []int
		want   string
	}{
		{[]int{3, 3, 3}, "3 stages are finished, want fewer than all 3"},
		{[]int{3, 2}, "stage 2 has ended after 2 epochs, want 3"},
		{[]int{4}, "stage 1 has ended after 4 epochs, want 3"},
	} {
		if _, err := ResumeGreedy(t.Context(), finished(test.stages...), d, c, nil); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: error %v, want one with %q", test.stages, err, test.want)
		}
	}
	if _, err := Resume(t.Context(), finished(3), d, c); err == nil || !strings.Contains(err.Error(), "1 stages of greedy training are finished") {
		t.Errorf("not greedy: error %v", err)
	}
	c.BatchSize = 0
	if _, err := ResumeGreedy(t.Context(), finished(3), d, c, nil); err == nil || !strings.Contains(err.Error(), "batch size 0") {
		t.Errorf("no batch size: error %v", err)
	}
}
