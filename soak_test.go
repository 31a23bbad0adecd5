// This file trains and embeds in one process for long.

package stackedae

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"testing"

	"gonum.org/v1/gonum/mat"

	"stackedae/graph"
	"stackedae/model"
	"stackedae/train"
	"stackedae/tsne"
)

var soak = flag.Bool("soak", false, "let TestSoak train 200 epochs and embed 20 times, for minutes")

// ground is what a process holds when it rests.
type ground struct {
	live       uint64 // bytes of the heap that are in use
	taken      uint64 // bytes from the system that were not given back
	goroutines int
}

func rest() ground {
	runtime.GC()
	runtime.GC() // a sync.Pool lets go of what it has in the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return ground{m.HeapAlloc, m.Sys - m.HeapReleased, runtime.NumGoroutine()}
}

// flat fails a test unless the last half of what was measured, one rest after each
// piece of work, is at the level of the quarter before it: caches and pools have
// filled by then, and what grows with each piece of work shows. leak is how many
// bytes may come with each piece, for a history, say.
func flat(t *testing.T, what string, measured []ground, leak uint64) {
	t.Helper()
	level := func(g []ground) (top ground) {
		for _, m := range g {
			top = ground{max(top.live, m.live), max(top.taken, m.taken), max(top.goroutines, m.goroutines)}
		}
		return top
	}
	n := len(measured)
	before, after := level(measured[n/4:n/2]), level(measured[n/2:])
	t.Logf("%s, %d times: %.2f MB live after a quarter, %.2f MB after all; %.1f and %.1f MB of the system; %d and %d goroutines",
		what, n, mega(before.live), mega(after.live), mega(before.taken), mega(after.taken), before.goroutines, after.goroutines)
	if limit := before.live + leak*uint64(n) + 1<<15; after.live > limit {
		t.Errorf("%s: %d bytes live, want at most %d: memory grows", what, after.live, limit)
	}
	if limit := before.taken + before.taken/4 + 4<<20; after.taken > limit {
		t.Errorf("%s: %d bytes of the system, want at most %d: memory grows", what, after.taken, limit)
	}
	if after.goroutines > before.goroutines {
		t.Errorf("%s: %d goroutines, want %d: some are left", what, after.goroutines, before.goroutines)
	}
}

func mega(bytes uint64) float64 { return float64(bytes) / (1 << 20) }

// TestSoak trains epoch after epoch, with checkpoints and both machines in turn, and
// embeds points and begins runs again and again: the process must hold no more memory
// than after the first few, and no goroutine but those of the kernels' team. For long, on
// 5,000 images and points:
//
//	go test -run TestSoak -soak -v .
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("works for seconds")
	}
	epochs, images, embeddings, points := 16, 300, 12, 150
	if *soak {
		epochs, images, embeddings, points = 200, 5000, 20, 5000
	}
	rng := rand.New(rand.NewPCG(1, 0))
	for _, machine := range []graph.Machine{graph.TapeMachine, graph.StaticMachine} {
		t.Run(fmt.Sprint("train on machine ", machine), func(t *testing.T) {
			m, err := model.New(model.Stacked(784, 100, 30), rng)
			if err != nil {
				t.Fatal(err)
			}
			pixels := make([]byte, 784*images)
			for i := range pixels {
				pixels[i] = byte(rng.Uint32())
			}
			keeper := &train.Keeper{Dir: filepath.Join(t.TempDir(), "checkpoints"), Keep: 3}
			var measured []ground
			_, err = train.Run(t.Context(), m, train.Data{Train: pixels, Valid: pixels[:784*images/10]},
				train.Config{Epochs: epochs, BatchSize: 32, LearningRate: 1, Shuffle: rand.NewPCG(2, 0), Machine: machine},
				keeper.Hook(),
				train.Hook{Name: "rest", Epoch: func(train.Epoch) error {
					measured = append(measured, rest())
					return nil
				}})
			if err != nil {
				t.Fatal(err)
			}
			flat(t, "an epoch", measured, 512)
		})
	}
	t.Run("tsne", func(t *testing.T) {
		data := mat.NewDense(points, 30, nil)
		for i := range data.RawMatrix().Data {
			data.RawMatrix().Data[i] = rng.NormFloat64()
		}
		var measured []ground
		for i := range embeddings {
			if _, err := tsne.Embed(t.Context(), data, &tsne.Settings{Seed: uint64(i)}); err != nil {
				t.Fatal(err)
			}
			measured = append(measured, rest())
		}
		flat(t, "an embedding", measured, 0)
	})
	t.Run("train again", func(t *testing.T) {
		m, err := model.New(model.Stacked(16, 4), rng)
		if err != nil {
			t.Fatal(err)
		}
		var measured []ground
		for range embeddings {
			_, err := train.Run(t.Context(), m, train.Data{Train: make([]byte, 16*40), Valid: make([]byte, 16)},
				train.Config{Epochs: 1, BatchSize: 16, LearningRate: 1})
			if err != nil {
				t.Fatal(err)
			}
			measured = append(measured, rest())
		}
		flat(t, "a run", measured, 0)
	})
}
