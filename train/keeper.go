// This file keeps the checkpoints of a run in a folder.

package train

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"stackedae/internal/files"
)

// Keeper keeps the newest checkpoints of a run as files of a folder, each written
// whole or not at all. Nothing else may write there meanwhile.
type Keeper struct {
	Dir      string    // made when it is needed
	Keep     int       // how many checkpoints, at least 1
	Steps    int       // save one after so many steps each, too; 0 after epochs alone
	Settings []Setting // of the run
	Log      *StepLog  // of the run, kept with it unless nil

	own   []string // the files of this run, oldest first
	saved [2]int   // epochs, and steps after them, in the last of them
}

// name is that of a checkpoint after so many steps.
func name(steps int) string { return fmt.Sprintf("step-%09d.safetensors", steps) }

var names = regexp.MustCompile(`^step-(\d{9,18})\.safetensors$`)

// stepsOf returns after how many steps a file was saved, or false if its name is
// none of a checkpoint.
func stepsOf(name string) (int, bool) {
	m := names.FindStringSubmatch(name)
	if m == nil {
		return 0, false
	}
	steps, err := strconv.Atoi(m[1])
	return steps, err == nil
}

// list returns the folder's checkpoints, newest first.
func (k *Keeper) list() ([]string, error) {
	entries, err := os.ReadDir(k.Dir)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("train: %s: %w", k.Dir, files.Reason(err))
	}
	var list []string
	for _, e := range entries {
		if _, ok := stepsOf(e.Name()); ok {
			list = append(list, e.Name())
		}
	}
	slices.SortFunc(list, func(a, b string) int {
		i, _ := stepsOf(a)
		j, _ := stepsOf(b)
		return j - i
	})
	return list, nil
}

// ErrOtherRun is in the error of Newest if there are checkpoints of other runs only.
var ErrOtherRun = errors.New("another run")

// Newest returns the newest checkpoint in the folder that is whole and of a run of
// the same settings, or nil if there is none, and its file. broken has an error for
// each newer file that is damaged. If there are good ones, but of other settings, the
// error names one that differs. A file that cannot be read is an error.
func (k *Keeper) Newest() (newest *Checkpoint, path string, broken []error, err error) {
	list, err := k.list()
	if err != nil {
		return nil, "", nil, err
	}
	var other error
	for i, file := range list {
		path := filepath.Join(k.Dir, file)
		c, err := LoadCheckpoint(path)
		if errors.As(err, new(unreadable)) { // it may be good
			return nil, "", broken, err
		}
		if err != nil {
			broken = append(broken, err)
			continue
		}
		if err := same(c.Settings, k.Settings); err != nil {
			if other == nil {
				other = fmt.Errorf("train: %s is of %w: %w", path, ErrOtherRun, err)
			}
			continue
		}
		k.own = slices.Clone(list[i:])
		slices.Reverse(k.own)
		k.saved = place(&c.State)
		if k.Log != nil {
			*k.Log = c.Log
		}
		return c, path, broken, nil
	}
	return nil, "", broken, other
}

// same returns an error that names the first setting of a checkpoint that the run
// does not have.
func same(got, want []Setting) error {
	for i, w := range want {
		if i >= len(got) || got[i].Name != w.Name {
			return fmt.Errorf("no %s, want %s", w.Name, w.Value)
		}
		if got[i].Value != w.Value {
			return fmt.Errorf("%s %s, want %s", w.Name, got[i].Value, w.Value)
		}
	}
	if len(got) > len(want) {
		return fmt.Errorf("%s %s, want none", got[len(want)].Name, got[len(want)].Value)
	}
	return nil
}

// Saved returns the newest file of this run, or "" if there is none.
func (k *Keeper) Saved() string {
	if len(k.own) == 0 {
		return ""
	}
	return filepath.Join(k.Dir, k.own[len(k.own)-1])
}

// Hook returns the hook that saves: after every epoch, before other hooks are told of
// it, so that what they tell is kept; and where the run ends. The checkpoints of
// another run in the folder go after this one's first epoch: who has begun anew by
// mistake can still stop.
func (k *Keeper) Hook() Hook {
	return Hook{Name: "checkpoint", Pause: func(p Pause) error {
		due := p.State.InEpoch == 0 || k.Steps > 0 && p.Steps%k.Steps == 0
		if !due && !p.Ends || p.Steps == 0 {
			return nil
		}
		if err := k.save(p); err != nil || !due {
			return err
		}
		return k.rotate(p.State.InEpoch == 0)
	}}
}

// save writes a checkpoint, unless it is there.
func (k *Keeper) save(p Pause) error {
	at := place(p.State)
	if at == k.saved {
		return nil
	}
	c := Checkpoint{State: *p.State, Settings: k.Settings}
	if k.Log != nil {
		c.Log = *k.Log
	}
	data, err := c.MarshalBinary()
	if err != nil {
		return err
	}
	if err := files.MkdirAll(k.Dir); err != nil {
		return err
	}
	file := name(p.Steps)
	if err := files.Write(filepath.Join(k.Dir, file), data); err != nil {
		return err
	}
	if n := len(k.own); n == 0 || k.own[n-1] != file {
		k.own = append(k.own, file)
	}
	k.saved = at
	return nil
}

func place(s *State) [2]int { return [2]int{s.epochs(), s.InEpoch} }

// RemoveCheckpoints removes all that a Keeper has left in a folder. That there is
// none is no error.
func RemoveCheckpoints(dir string) error {
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		return nil
	}
	return (&Keeper{Dir: dir}).rotate(true)
}

// rotate removes the run's checkpoints that are not to be kept, those of others if
// they are to go, and what is left of writers that were killed.
func (k *Keeper) rotate(others bool) error {
	n := max(0, len(k.own)-k.Keep)
	old := k.own[:n]
	k.own = k.own[n:]
	list, err := k.list()
	if err != nil {
		return err
	}
	for _, file := range list {
		if slices.Contains(k.own, file) || !others && !slices.Contains(old, file) {
			continue
		}
		if err := files.Remove(filepath.Join(k.Dir, file)); err != nil {
			return err
		}
	}
	return files.Sweep(k.Dir, names.MatchString)
}
