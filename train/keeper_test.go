package train

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder returns the names in a folder.
func folder(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, strings.TrimSuffix(strings.TrimPrefix(e.Name(), "step-0000000"), ".safetensors"))
	}
	return strings.Join(list, " ")
}

// train runs the small run with a keeper, up to a step.
func (k *Keeper) train(t *testing.T, stop int) {
	t.Helper()
	ctx, hook := until(t, stop)
	d, c := small(true)
	r, err := Run(ctx, newModel(t), d, c, hook, k.Hook())
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if stop < smallSteps && r.Steps != stop {
		t.Fatalf("stopped after %d steps, want %d", r.Steps, stop)
	}
}

// TestKeeperKeeps checks which checkpoints there are where a run has stopped.
func TestKeeperKeeps(t *testing.T) {
	for _, c := range []struct {
		keep, steps, stop int
		want              string
	}{
		{2, 0, 100, "08 12"},
		{9, 0, 100, "04 08 12"},
		{1, 0, 100, "12"},
		{2, 0, 0, ""},      // nothing to keep
		{2, 0, 1, "01"},    // in the first epoch
		{2, 0, 8, "04 08"}, // in the second validation
		{2, 0, 10, "04 08 10"},
		{3, 3, 100, "08 09 12"},
		{2, 100, 100, "08 12"},
	} {
		k := &Keeper{Dir: filepath.Join(t.TempDir(), "made"), Keep: c.keep, Steps: c.steps}
		k.train(t, c.stop)
		if got := folder(t, k.Dir); got != c.want {
			t.Errorf("keep %d, every %d steps, stopped after %d: checkpoints %s, want %s", c.keep, c.steps, c.stop, got, c.want)
		}
		last := ""
		if words := strings.Fields(c.want); len(words) > 0 {
			last = filepath.Join(k.Dir, "step-0000000"+words[len(words)-1]+".safetensors")
		}
		if got := k.Saved(); got != last {
			t.Errorf("the newest is %q, want %q", got, last)
		}
	}
}

// TestKeeperTellsAfterSaving sees that what hooks are told of is kept.
func TestKeeperTellsAfterSaving(t *testing.T) {
	k := &Keeper{Dir: t.TempDir(), Keep: 1}
	d, c := small(true)
	if _, err := Run(t.Context(), newModel(t), d, c, Hook{Name: "teller", Epoch: func(e Epoch) error {
		if want := fmt.Sprintf("%02d", e.Number*smallEpoch); folder(t, k.Dir) != want {
			t.Errorf("after epoch %d there is %s, want %s", e.Number, folder(t, k.Dir), want)
		}
		return nil
	}}, k.Hook()); err != nil {
		t.Fatal(err)
	}
}

// TestNewest breaks checkpoints and puts others there.
func TestNewest(t *testing.T) {
	seed := func(v string) []Setting { return []Setting{{"--batch-size", "4"}, {"--seed", v}} }
	dir := t.TempDir()
	path := func(step int) string { return filepath.Join(dir, name(step)) }
	(&Keeper{Dir: dir, Keep: 9, Settings: seed("1")}).train(t, 10) // 4, 8 and 10
	find := func(settings []Setting) (got string, k *Keeper) {
		k = &Keeper{Dir: dir, Keep: 2, Settings: settings, Log: &StepLog{}}
		c, path, broken, err := k.Newest()
		if err != nil {
			return err.Error(), k
		}
		if c == nil {
			return fmt.Sprintf("none, %d broken", len(broken)), k
		}
		if k.Saved() != path {
			t.Errorf("%s is the newest, %s the last saved", path, k.Saved())
		}
		return fmt.Sprintf("%s at %d, %d broken", filepath.Base(path), c.Steps(smallEpoch), len(broken)), k
	}
	want := func(got string, k *Keeper) func(want string) *Keeper {
		return func(want string) *Keeper {
			t.Helper()
			if !strings.Contains(got, want) {
				t.Errorf("got %s, want %s", got, want)
			}
			return k
		}
	}
	want(find(seed("1")))("step-000000010.safetensors at 10, 0 broken")
	want(find(seed("2")))(name(10) + " is of another run: --seed 1, want 2")
	want(find(seed("1")[:1]))("--seed 1, want none")
	want(find(append(seed("1"), Setting{"--tied", "true"})))("no --tied, want true")

	// Of a run that began anew and was stopped at once: the one before is still there.
	(&Keeper{Dir: dir, Keep: 2, Settings: seed("2")}).train(t, 3)
	want(find(seed("1")))("step-000000010.safetensors at 10, 0 broken")
	want(find(seed("2")))("step-000000003.safetensors at 3, 0 broken")

	// Nor does one go that saves steps, before its first epoch is over.
	(&Keeper{Dir: dir, Keep: 2, Steps: 1, Settings: seed("2")}).train(t, 3)
	want(find(seed("1")))("step-000000010.safetensors at 10, 0 broken")
	want(find(seed("2")))("step-000000003.safetensors at 3, 0 broken")

	// What cannot be read may be good.
	if err := os.Mkdir(path(11), 0o755); err != nil {
		t.Fatal(err)
	}
	want(find(seed("1")))("train: " + path(11) + ": ")
	if err := os.Remove(path(11)); err != nil {
		t.Fatal(err)
	}

	// The newest is cut off, another is empty, and something else is there.
	whole, err := os.ReadFile(path(10))
	if err != nil {
		t.Fatal(err)
	}
	for file, data := range map[string][]byte{
		path(10): whole[:len(whole)/2], path(11): nil, filepath.Join(dir, "notes.txt"): whole,
		filepath.Join(dir, "step-12.safetensors"): whole, filepath.Join(dir, "."+name(5)+".77.part"): whole,
		filepath.Join(dir, ".other.77.part"): whole,
	} {
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	k := want(find(seed("1")))("step-000000008.safetensors at 8, 2 broken")

	// Going on from there removes all but what it keeps.
	c, _, _, err := k.Newest()
	if err != nil {
		t.Fatal(err)
	}
	d, config := small(true)
	if _, err := Resume(t.Context(), &c.State, d, config, k.Hook()); err != nil {
		t.Fatal(err)
	}
	if got, want := folder(t, dir), ".other.77.part notes.txt 08 12 step-12"; got != want {
		t.Errorf("in the end there are %s, want %s", got, want)
	}
	for _, file := range []string{path(8), path(12)} {
		if err := os.Truncate(file, 100); err != nil {
			t.Fatal(err)
		}
	}
	want(find(seed("1")))("none, 2 broken")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	want(find(seed("1")))("none, 0 broken")
	if err := os.WriteFile(dir, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	want(find(seed("1")))("train: " + dir + ": not a directory")
}

// TestKeeperDoesNotSaveTwice sees that a run which is stopped where it was saved
// writes nothing again.
func TestKeeperDoesNotSaveTwice(t *testing.T) {
	k := &Keeper{Dir: t.TempDir(), Keep: 2}
	k.train(t, 6)
	c, path, _, err := k.Newest()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d, config := small(true)
	if _, err := Resume(ctx, &c.State, d, config, k.Hook()); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if got := folder(t, k.Dir); got != "04" {
		t.Errorf("checkpoints %s, want 04", got)
	}
}
