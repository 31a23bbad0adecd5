//go:build unix

package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"stackedae/model"
	"stackedae/train"
)

var kills = flag.Int("kills", 6, "how often TestKilled kills training")

// trial is a training that is killed in a folder until it is let through.
type trial struct {
	program, data, out string
	flags              []string
	epochs             int   // of all stages
	told               []int // the epochs that its processes have told of, in order
	stage              int   // that a process is in, from 0
}

const trialEpochs = 14 // of a stage, if training is greedy

// start starts training, or goes on with it.
func (r *trial) start(t *testing.T, resume bool) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	args := append([]string{"train", "--data", r.data, "--out", r.out, "--epochs", strconv.Itoa(trialEpochs)}, r.flags...)
	if resume {
		args = append(args, "--resume")
	}
	r.stage = 0
	cmd := exec.Command(r.program, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if stderr.Len() > 0 {
			t.Errorf("%v: standard error: %s", args, stderr.String())
		}
	})
	return cmd, bufio.NewReader(stdout)
}

var (
	stageLine  = regexp.MustCompile(`^stage (\d+) of \d+: `)
	epochLine  = regexp.MustCompile(`^ +(\d+)  \d\.\d{4}  `)
	resumeLine = regexp.MustCompile(`^goes on after step [\d,]+, (the end of|[\d,]+ of [\d,]+ in) epoch (\d+)(?: of stage (\d+))?, from `)
)

// read reads what a process prints up to the line of an epoch, or to the end. It
// returns the epoch that the process has begun with, 0 if it does not say.
func (r *trial) read(t *testing.T, stdout *bufio.Reader, until int) (begun int) {
	t.Helper()
	number := func(text string) int {
		n, _ := strconv.Atoi(text)
		return n
	}
	for {
		line, err := stdout.ReadString('\n')
		if err == io.EOF {
			return begun
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, "no checkpoint in ") {
			begun = 1
		}
		if m := resumeLine.FindStringSubmatch(line); m != nil {
			begun = max(0, number(m[3])-1)*trialEpochs + number(m[2])
			if m[1] == "the end of" {
				begun++
			}
		}
		if m := stageLine.FindStringSubmatch(line); m != nil {
			r.stage = number(m[1]) - 1
		}
		if m := epochLine.FindStringSubmatch(line); m != nil {
			epoch := r.stage*trialEpochs + number(m[1])
			r.told = append(r.told, epoch)
			if epoch == until {
				return begun
			}
		}
	}
}

// running is the epoch that was running when the last process was killed, if not a
// later one.
func (r *trial) running() int {
	if len(r.told) == 0 {
		return 1
	}
	return r.told[len(r.told)-1] + 1
}

// unfinished returns what killed writers have left.
func (r *trial) unfinished(t *testing.T) (list []string) {
	t.Helper()
	for _, pattern := range []string{".*.part", "checkpoints/.*.part"} {
		found, err := filepath.Glob(filepath.Join(r.out, pattern))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, found...)
	}
	return list
}

// check sees that every file that has its name is whole.
func (r *trial) check(t *testing.T) {
	t.Helper()
	checkpoints, err := filepath.Glob(filepath.Join(r.out, "checkpoints", "step-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range checkpoints {
		if _, err := train.LoadCheckpoint(file); err != nil {
			t.Errorf("after a kill: %v", err)
		}
	}
	if _, err := model.Load(filepath.Join(r.out, modelFile)); err != nil && !os.IsNotExist(err) && !strings.Contains(err.Error(), "no such file") {
		t.Errorf("after a kill: %v", err)
	}
}

// TestKilled kills training with SIGKILL, every other time at a random moment and
// else while a checkpoint is being written, and goes on with --resume, which is
// killed in turn one time in three. In the end there must be the bytes of a run that
// nobody has disturbed, nothing half-written, and no epoch run again before the one
// that was killed. More kills:
//
//	go test -run TestKilled ./cmd/stackedae -kills 100 -v
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("trains some dozen times")
	}
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "stackedae") // the name makes the test be the program, see TestMain
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	writeTinyData(func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}, data, "")
	rng := rand.New(rand.NewPCG(1, 0))
	kinds := [][]string{
		{"--hidden", "16,4", "--batch-size", "8"},
		{"--hidden", "100,30", "--batch-size", "3", "--checkpoint-steps", "3", "--log-steps"},
		{"--hidden", "16,4", "--batch-size", "40", "--machine", "static", "--no-shuffle", "--checkpoints", "1"},
		{"--hidden", "16", "--batch-size", "8", "--greedy"},
	}
	epochs := []int{trialEpochs, trialEpochs, trialEpochs, 2 * trialEpochs}
	whole := make([]*trial, len(kinds))
	lasted := make([]time.Duration, len(kinds))
	for i, flags := range kinds {
		whole[i] = &trial{program: program, data: data, out: filepath.Join(dir, fmt.Sprint("whole", i)), flags: flags, epochs: epochs[i]}
		cmd, stdout := whole[i].start(t, false)
		started := time.Now()
		whole[i].read(t, stdout, epochs[i])
		lasted[i] = time.Since(started)
		whole[i].read(t, stdout, 0)
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	killed, inside, early, late, again := 0, 0, 0, 0, 0
	for n := 0; killed < *kills; n++ {
		kind := n % len(kinds)
		r := &trial{program: program, data: data, out: filepath.Join(dir, fmt.Sprint("killed", n)), flags: kinds[kind], epochs: epochs[kind]}
		for resume := false; ; resume = true {
			through := resume && rng.IntN(3) > 0 || killed == *kills
			was, before, begun := r.running(), r.unfinished(t), 0
			cmd, stdout := r.start(t, resume)
			if !through {
				if killed%2 == 0 {
					// From before the first line to after the last one.
					time.Sleep(time.Duration(rng.Float64() * 1.2 * float64(lasted[kind])))
				} else {
					begun = r.read(t, stdout, was+rng.IntN(max(1, r.epochs-was)))
					waitForWriting(r.out)
					time.Sleep(time.Duration(max(0, rng.IntN(1000)-500)) * time.Microsecond)
				}
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			begun = max(begun, r.read(t, stdout, 0))
			err := cmd.Wait()
			status := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if resume && begun > 0 && begun < was {
				again++
				t.Errorf("goes on with epoch %d, want %d, which was killed", begun, was)
			}
			if through || !status.Signaled() { // or it was done before
				if err != nil {
					t.Fatalf("%v of %v: %v", r.flags, r.out, err)
				}
				break
			}
			killed++
			r.check(t)
			left := slices.DeleteFunc(r.unfinished(t), func(file string) bool { return slices.Contains(before, file) })
			switch {
			case len(left) > 0 && strings.Contains(left[0], checkpointsDir):
				inside++
			case len(r.told) == 0:
				early++
			case len(r.told) == r.epochs:
				late++
			}
		}
		sorted := slices.Clone(r.told)
		slices.Sort(sorted)
		again += len(r.told) - len(slices.Compact(sorted))
		if left := r.unfinished(t); len(left) > 0 {
			t.Errorf("in the end there are %v", left)
		}
		for _, file := range []string{modelFile, historyFile, curvesFile, stepsFile} {
			want, wantErr := os.ReadFile(filepath.Join(whole[kind].out, file))
			got, gotErr := os.ReadFile(filepath.Join(r.out, file))
			if (wantErr == nil) != (gotErr == nil) || !bytes.Equal(got, want) {
				t.Errorf("%v: %s differs from that of a run without a break (%v)", r.flags, file, gotErr)
			}
		}
		if err := os.RemoveAll(r.out); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("killed %d times: %d inside the writing of a checkpoint, %d before the end of the first epoch, %d after the last; %d epochs run again before the killed one",
		killed, inside, early, late, again)
	if again > 0 {
		t.Errorf("%d epochs were run again before the one that was killed, want 0", again)
	}
	if killed >= 20 && inside < killed/5 { // of few it may be none
		t.Errorf("killed inside the writing of a checkpoint %d times of %d, want a fifth", inside, killed)
	}
}

// waitForWriting returns when a checkpoint is being written in a run's folder, or
// after a second.
func waitForWriting(out string) {
	for late := time.Now().Add(time.Second); time.Now().Before(late); {
		d, err := os.Open(filepath.Join(out, checkpointsDir))
		if err != nil {
			continue
		}
		names, _ := d.Readdirnames(-1)
		d.Close()
		if slices.ContainsFunc(names, func(name string) bool { return strings.HasSuffix(name, ".part") }) {
			return
		}
	}
}
