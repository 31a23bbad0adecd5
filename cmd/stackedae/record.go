// This file keeps what run knows and no other file tells: its settings, the
// versions of what ran, what it measured, and how long it took.

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"runtime"

	"stackedae/internal/files"
	"stackedae/internal/simd"
	"stackedae/tsne"
)

// record is the content of run.json. Its zero value is of an unknown run.
type record struct {
	Settings settingsReport    `json:"settings"`
	Program  programReport     `json:"program"`
	SHA256   map[string]string `json:"sha256"` // of the files that it tells of
	runReport
}

// settingsReport is what run was told, on the command line or by default.
type settingsReport struct {
	Data         string  `json:"data"` // empty for the embedded images
	Seed         uint64  `json:"seed"`
	Hidden       []int   `json:"hidden"`
	Tied         bool    `json:"tied"`
	Greedy       bool    `json:"greedy"`
	Epochs       int     `json:"epochs"`
	BatchSize    int     `json:"batch_size"`
	LearningRate float64 `json:"learning_rate"`
	Init         string  `json:"init"` // empty for random weights
	Initializer  string  `json:"kernel_initializer"`
	Noise        float64 `json:"gaussian_noise"`
	Dropout      float64 `json:"dropout"`
	Patience     int     `json:"patience"`
	Shuffle      bool    `json:"shuffle"`
	Machine      string  `json:"machine"`

	Start     string         `json:"start"` // empty for the preset's
	Neighbors tsne.Neighbors `json:"neighbors"`
	Repulsion tsne.Repulsion `json:"repulsion"`
}

// programReport is what ran.
type programReport struct {
	Version    string `json:"version"`
	Go         string `json:"go"`
	System     string `json:"system"`
	Kernels    string `json:"kernels"`
	Processors int    `json:"processors"`
}

func (c *runCommand) record(all runReport, sums map[string]string) (record, error) {
	level, err := simd.Level()
	return record{
		Settings: settingsReport{
			Data: c.Data, Seed: c.Seed, Hidden: c.Hidden, Epochs: c.Epochs, BatchSize: c.BatchSize, LearningRate: c.LearningRate,
			Tied: c.Tied, Greedy: c.Greedy,
			Init: c.Init, Initializer: c.KernelInitializer, Noise: c.GaussianNoise, Dropout: c.Dropout, Patience: c.Patience,
			Shuffle: !c.NoShuffle, Machine: c.Machine, Start: c.Start, Neighbors: c.Neighbors, Repulsion: c.Repulsion,
		},
		Program: programReport{moduleVersion(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, level, runtime.GOMAXPROCS(0)},
		SHA256:  sums, runReport: all,
	}, err
}

// recordedFiles are those by which run.json is known to tell of the others.
var recordedFiles = []string{modelFile, embeddingFile}

// maxRecorded bounds the files that are summed.
const maxRecorded = 2 << 30

// sums returns the SHA-256 sums of the recorded files in a folder.
func sums(dir string) (map[string]string, error) {
	s := map[string]string{}
	for _, name := range recordedFiles {
		path := filepath.Join(dir, name)
		data, err := files.Read(path, maxRecorded)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		sum := sha256.Sum256(data)
		s[name] = hex.EncodeToString(sum[:])
	}
	return s, nil
}

// addRecord readies run.json for files that have been written.
func (a *app) addRecord(c *runCommand, all runReport) error {
	sums, err := sums(c.Out)
	if err != nil {
		return err
	}
	r, err := c.record(all, sums)
	if err != nil {
		return err
	}
	return a.add(c.Out, recordFile, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	})
}

// maxRecord bounds run.json.
const maxRecord = 1 << 20

// readRecord reads run.json, nothing if there is none, or if it tells of other
// files than those in the folder.
func readRecord(dir string) (r record, err error) {
	path := filepath.Join(dir, recordFile)
	if !exists(path) {
		return record{}, nil
	}
	data, err := files.Read(path, maxRecord)
	if err != nil {
		return record{}, fmt.Errorf("%s: %w", path, err)
	}
	if r, err = unmarshalRecord(data); err != nil {
		return record{}, fmt.Errorf("%s: %w", path, err)
	}
	now, err := sums(dir)
	if err != nil {
		return record{}, err
	}
	for name, sum := range now {
		if r.SHA256[name] != sum {
			return record{}, nil
		}
	}
	return r, nil
}

func unmarshalRecord(data []byte) (r record, err error) {
	if err := json.Unmarshal(data, &r); err != nil {
		return record{}, err
	}
	if r.Settings.BatchSize < 0 {
		return record{}, fmt.Errorf("batch size %d, want at least 0", r.Settings.BatchSize)
	}
	return r, nil
}

// known reports whether there is a record.
func (r record) known() bool { return len(r.SHA256) > 0 }
