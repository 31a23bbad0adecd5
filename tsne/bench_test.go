package tsne

import (
	"context"
	"fmt"
	"math/rand/v2"
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
		lists, err := nearestNeighbors(context.Background(), p, neighbors)
		if err != nil {
			b.Fatal(err)
		}
		c := conditionals(lists, perplexity)
		y := diskEmbedding(n, rng)
		affinities := symmetrize(n, lists.index, c)
		g := newGradient(affinities, true)
		grad := make([]float32, 2*n)
		d := newDescent(g, &choices{rules: presets[Default]}, nil, y)
		for _, stage := range []struct {
			name string
			run  func()
		}{
			{"neighbors", func() { nearestNeighbors(context.Background(), p, neighbors) }},
			{"perplexity", func() { conditionals(lists, perplexity) }},
			{"symmetrize", func() { symmetrize(n, lists.index, c) }},
			{"start", func() { startPCA(p) }},
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
