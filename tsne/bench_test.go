package tsne

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// BenchmarkRepulsion measures one evaluation on a finished embedding. Compare
// with benchstat -col /impl.
func BenchmarkRepulsion(b *testing.B) {
	for _, n := range []int{300, 400, 500, 700, 5000} {
		y := diskEmbedding(n, rand.New(rand.NewPCG(1, 2)))
		for _, impl := range []struct {
			name string
			repeller
		}{{"exact", newExactRepeller(n)}, {"mesh", newMeshRepeller(n, defaultMesh)}} {
			b.Run(fmt.Sprintf("n=%d/impl=%s", n, impl.name), func(b *testing.B) {
				dst := make([]float32, 2*n)
				b.ReportAllocs()
				for b.Loop() {
					impl.repel(dst, y)
				}
			})
		}
	}
}

// BenchmarkStages measures the stages of Embed.
func BenchmarkStages(b *testing.B) {
	const perplexity, neighbors = 30, 91
	for _, n := range []int{1000, 5000} {
		rng := rand.New(rand.NewPCG(1, 2))
		data, _ := clusters(n, 30, 10, rng)
		p, err := readInput(data)
		if err != nil {
			b.Fatal(err)
		}
		ctx := context.Background()
		lists, err := nearestNeighbors(ctx, p, neighbors)
		if err != nil {
			b.Fatal(err)
		}
		// Both stages take over what they get.
		dist2, index := slices.Clone(lists.dist2), slices.Clone(lists.index)
		fit := func() []float32 {
			copy(lists.dist2, dist2)
			weights, err := conditionals(ctx, lists, perplexity)
			if err != nil {
				b.Fatal(err)
			}
			return weights
		}
		weights := slices.Clone(fit())
		join := func() *affinities {
			copy(lists.index, index)
			copy(lists.dist2, weights)
			p, err := symmetrize(ctx, n, lists.index, lists.dist2)
			if err != nil {
				b.Fatal(err)
			}
			return p
		}
		y := diskEmbedding(n, rng)
		affinities := join()
		g := newGradient(affinities, true)
		grad := make([]float32, 2*n)
		d := newDescent(g, &choices{rules: presets[Default]}, nil, y)
		for _, stage := range []struct {
			name string
			run  func()
		}{
			{"neighbors", func() { nearestNeighbors(ctx, p, neighbors) }},
			{"perplexity", func() { fit() }},
			{"symmetrize", func() { join() }},
			{"start", func() { startPCA(ctx, p) }},
			{"gradient", func() { g.at(grad, y, 1) }},
			{"step", func() { d.step(Phase{}) }},
			{"pack", func() { newSprings(affinities) }},
			{"divergence", func() { affinities.divergence(y, 1) }},
			{"divergence of springs", func() { g.springs.divergence(y, 1) }},
			{"exactZ", func() { exactZ(y) }},
		} {
			b.Run(fmt.Sprintf("stage=%s/n=%d", stage.name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					stage.run()
				}
			})
		}
	}
}

// BenchmarkEmbed measures the whole. The divergence is that of a fixed start,
// equal from run to run: give benchstat the line "Unit kl assume=exact".
func BenchmarkEmbed(b *testing.B) {
	for _, n := range []int{400, 1000, 5000} {
		data, _ := clusters(n, 30, 10, rand.New(rand.NewPCG(1, 2)))
		for _, preset := range []Preset{Default, SKLearn} {
			b.Run(fmt.Sprintf("n=%d/preset=%v", n, preset), func(b *testing.B) {
				var kl float64
				for b.Loop() {
					r, err := Embed(context.Background(), data, &Settings{Preset: preset})
					if err != nil {
						b.Fatal(err)
					}
					kl = r.KLDivergence
				}
				b.ReportMetric(kl, "kl")
			})
		}
	}
}
