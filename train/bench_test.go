package train

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"stackedae/internal/files"
	"stackedae/model"
)

// BenchmarkCheckpoint makes and writes the checkpoint of the chapter's training.
func BenchmarkCheckpoint(b *testing.B) {
	m, err := model.New(model.Stacked(784, 100, 30), rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		b.Fatal(err)
	}
	c := Checkpoint{State: State{Model: m, History: make(History, 20), order: rand.New(rand.NewPCG(2, 0)).Perm(55_000)}}
	path := filepath.Join(b.TempDir(), "checkpoint")
	for _, write := range []bool{false, true} {
		b.Run(map[bool]string{false: "bytes", true: "file"}[write], func(b *testing.B) {
			for b.Loop() {
				data, err := c.MarshalBinary()
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(len(data)))
				if write {
					if err := files.Write(path, data); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
