// This file writes and reads a checkpoint: a state of a run as the bytes of a
// file.

package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"

	"stackedae/graph"
	"stackedae/internal/files"
	"stackedae/model"
)

// Checkpoint is a state of a run with what tells whose it is. As a file it is the
// model in safetensors, which model.Load reads too, with an attachment.
type Checkpoint struct {
	State
	Settings []Setting // of the run
	Log      StepLog   // of all steps, if the run keeps one; nil if not
}

// Setting is something that must be the same when a run goes on.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// The names in the attachment.
const (
	runKey      = "run"        // the run as JSON
	sumKey      = "crc32c"     // of the file with zeros in the sum's place
	orderVector = "order"      // of the images
	bestVector  = "best"       // all weights that are trained, after the best epoch, if the run has patience
	logVector   = "step_log"   // loss and rounded accuracy, step by step
	noSum       = "00000000"   // as many digits as a sum has
	sumEntry    = `"crc32c":"` // what stands before the sum; JSON has \" in texts
	maxLog      = 1 << 26      // steps of a log that is read
	maxImages   = 1 << 26      // images of an order that is read
	maxFile     = 2*4*model.MaxParameters + 4*maxImages + 16*maxLog + 1<<24
)

// runText is what a checkpoint tells of a run as JSON.
type runText struct {
	Settings []Setting     `json:"settings"`
	Stages   [][]epochText `json:"stages,omitempty"`
	History  []epochText   `json:"history"`
	InEpoch  int           `json:"in_epoch"`
	Sum      [2]float64    `json:"sum"` // over the images of the epoch so far
	Images   int           `json:"images"`
	Shuffle  []byte        `json:"shuffle,omitempty"` // as rand.PCG writes itself
}

// epochText is an epoch's loss and rounded accuracy, then those of validation.
type epochText [4]float64

func textOf(h History) (text []epochText) {
	for _, e := range h {
		text = append(text, epochText{e.Train.Loss, e.Train.RoundedAccuracy, e.Valid.Loss, e.Valid.RoundedAccuracy})
	}
	return text
}

func historyOf(text []epochText) (h History) {
	for i, e := range text {
		h = append(h, Epoch{
			Number: i + 1, Train: graph.Metrics{Loss: e[0], RoundedAccuracy: e[1]}, Valid: graph.Metrics{Loss: e[2], RoundedAccuracy: e[3]},
		})
	}
	return h
}

// castagnoli is the polynomial that processors have instructions for.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// MarshalBinary returns the checkpoint as the bytes of a file. Equal checkpoints
// give equal bytes: they tell of no times. A weight that is not finite is an error.
func (c *Checkpoint) MarshalBinary() ([]byte, error) {
	if err := c.Model.CheckFinite(); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	text := runText{
		Settings: c.Settings, History: textOf(c.History), InEpoch: c.InEpoch,
		Sum: [2]float64{c.mean.sum.Loss, c.mean.sum.RoundedAccuracy}, Images: c.mean.images,
	}
	for _, h := range c.Stages {
		text.Stages = append(text.Stages, textOf(h))
	}
	vectors := map[string]any{}
	if c.order != nil {
		order := make([]uint32, len(c.order))
		for i, image := range c.order {
			order[i] = uint32(image)
		}
		vectors[orderVector] = order
		text.Shuffle, _ = c.shuffle.MarshalBinary() // has no errors
	}
	if c.best != nil {
		vectors[bestVector] = c.best
	}
	if len(c.Log) > 0 {
		log := make([]float64, 0, 2*len(c.Log))
		for _, s := range c.Log {
			log = append(log, s.Batch.Loss, s.Batch.RoundedAccuracy)
		}
		vectors[logVector] = log
	}
	run, err := json.Marshal(text)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	data, err := c.Model.MarshalWith(model.Attachment{
		Metadata: map[string]string{runKey: string(run), sumKey: noSum}, Vectors: vectors,
	})
	if err != nil {
		return nil, err
	}
	seal(data)
	return data, nil
}

// seal writes the sum of a file's bytes into it. It returns the sum that was there
// before; there must be one.
func seal(data []byte) (before, sum string) {
	place := data[bytes.Index(data, []byte(sumEntry))+len(sumEntry):][:len(noSum)]
	before = string(place)
	copy(place, noSum)
	sum = fmt.Sprintf("%08x", crc32.Checksum(data, castagnoli))
	copy(place, sum)
	return before, sum
}

// unreadable is the error of a checkpoint's file that could not be read. Nothing is
// known of what is in it.
type unreadable struct{ error }

// LoadCheckpoint reads a checkpoint's file. Whether its state fits data and Config,
// Resume checks.
func LoadCheckpoint(path string) (*Checkpoint, error) {
	data, err := files.Read(path, maxFile)
	if err != nil {
		return nil, unreadable{fmt.Errorf("train: %s: %w", path, err)}
	}
	c, err := unmarshalCheckpoint(data)
	if err != nil {
		return nil, fmt.Errorf("train: %s: %w", path, err)
	}
	return c, nil
}

// unmarshalCheckpoint reads the bytes of a file, which it changes.
func unmarshalCheckpoint(data []byte) (*Checkpoint, error) {
	m, a, err := model.Unmarshal(data)
	if err != nil {
		return nil, err
	}
	if _, ok := a.Metadata[runKey]; !ok {
		return nil, errors.New("a model alone, want a checkpoint")
	}
	told := a.Metadata[sumKey]
	if len(told) != len(noSum) || !bytes.Contains(data, []byte(sumEntry+told)) {
		return nil, fmt.Errorf("sum %q, want one of %d digits", told, len(noSum))
	}
	if before, sum := seal(data); before != told || sum != told {
		return nil, fmt.Errorf("sum %s of the bytes, want %s as the file tells: it is damaged", sum, told)
	}
	var text runText
	decoder := json.NewDecoder(bytes.NewReader([]byte(a.Metadata[runKey])))
	decoder.DisallowUnknownFields() // what we do not know may change the meaning
	if err := decoder.Decode(&text); err != nil {
		return nil, fmt.Errorf("metadata entry %q: %w", runKey, err)
	}
	c := &Checkpoint{State: State{Model: m, History: historyOf(text.History), InEpoch: text.InEpoch}, Settings: text.Settings}
	for _, h := range text.Stages {
		c.Stages = append(c.Stages, historyOf(h))
	}
	c.mean = runningMean{graph.Metrics{Loss: text.Sum[0], RoundedAccuracy: text.Sum[1]}, text.Images}
	if order, ok := a.Vectors[orderVector].([]uint32); ok {
		c.order = make([]int, len(order))
		for i, image := range order {
			c.order[i] = int(min(image, math.MaxInt32)) // more is none of the images
		}
		if err := c.shuffle.UnmarshalBinary(text.Shuffle); err != nil {
			return nil, fmt.Errorf("state of the random numbers: %w", err)
		}
	}
	c.best, _ = a.Vectors[bestVector].([]float32)
	if log, ok := a.Vectors[logVector].([]float64); ok {
		c.Log = make(StepLog, len(log)/2)
		for i := range c.Log {
			c.Log[i] = Step{Number: i + 1, Batch: graph.Metrics{Loss: log[2*i], RoundedAccuracy: log[2*i+1]}}
		}
	}
	return c, nil
}
