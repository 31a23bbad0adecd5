package tsne

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// slowTrustworthiness is the definition, by full rankings.
func slowTrustworthiness(points, embedding *mat.Dense, k int) float64 {
	n, _ := points.Dims()
	sum := 0.0
	for i := range n {
		rank := map[int32]int{}
		for r, j := range slowNeighbors(points, i, n-1) {
			rank[j] = r + 1
		}
		for _, j := range slowNeighbors(embedding, i, k) {
			sum += math.Max(0, float64(rank[j]-k))
		}
	}
	return 1 - 2*sum/float64(n*k*(2*n-3*k-1))
}

func TestTrustworthiness(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	data, _ := clusters(130, 4, 3, rng)
	lattice := mat.NewDense(130, 2, nil) // full of equal distances
	for i := range 130 {
		lattice.SetRow(i, []float64{float64(i % 13), float64(i / 13)})
	}
	many, _ := clusters(320, 5, 8, rng)
	far := mat.DenseCopyOf(many) // clusters so far apart that float32 tells no point from others of its own
	for i := range 320 {
		far.Set(i, 0, far.At(i, 0)+1e7*float64(i%4))
	}
	alike := mat.DenseCopyOf(many)
	for i := range 140 {
		alike.SetRow(2*i, many.RawRowView(i%7))
	}
	middle := mat.NewDense(130, 2, nil) // many stand at the mean
	for i := range 45 {
		middle.SetRow(2*i, []float64{float64(1 + i), 3})
		middle.SetRow(2*i+1, []float64{-float64(1 + i), -3})
	}
	for _, c := range []struct {
		name              string
		points, embedding *mat.Dense
		k                 int
	}{
		{"many points", many, dense(diskEmbedding(320, rng)), 12},
		{"half of many", many, dense(diskEmbedding(320, rng)), 159},
		{"two of many columns", many, many.Slice(0, 320, 0, 2).(*mat.Dense), 12},
		{"far apart", far, far.Slice(0, 320, 0, 2).(*mat.Dense), 12},
		{"many equal ones", alike, alike.Slice(0, 320, 1, 3).(*mat.Dense), 20},
		{"of 1e-140", scaled(many, 1e-140), StartRandom(320, rng), 12},
		{"of 1e140", scaled(many, 1e140), StartRandom(320, rng), 12},
		{"many at the mean", middle, StartRandom(130, rng), 12},
		{"at the mean and listed", middle, middle, 12},
		{"unrelated", data, StartRandom(130, rng), 12},
		{"one neighbour", data, StartRandom(130, rng), 1},
		{"most neighbours", data, StartRandom(130, rng), 64},
		{"equal distances", lattice, StartRandom(130, rng), 12},
		{"itself", lattice, lattice, 12},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Trustworthiness(c.points, c.embedding, c.k)
			if want := slowTrustworthiness(c.points, c.embedding, c.k); err != nil || math.Abs(got-want) > 1e-12 {
				t.Errorf("trustworthiness = %v, %v, want %v", got, err, want)
			}
		})
	}
}

func TestKLDivergenceOfAMovedEmbedding(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	data, _ := clusters(100, 4, 3, rng)
	embedding := dense(diskEmbedding(100, rng))
	var moved mat.Dense
	moved.Apply(func(_, _ int, v float64) float64 { return 1e7 + v }, embedding)
	want, err := KLDivergence(data, embedding, 10)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := KLDivergence(data, &moved, 10); err != nil || math.Abs(got-want) > 1e-6 {
		t.Errorf("KL divergence = %v, %v, want %v as before the move", got, err, want)
	}
}

func TestNeighborAccuracy(t *testing.T) {
	// Points 0, 1, 2, … on a line; the two nearest of each end are to one side.
	line := mat.NewDense(6, 2, []float64{0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0})
	for _, c := range []struct {
		name   string
		labels []int
		k      int
		want   float64
	}{
		{"two classes", []int{1, 1, 1, 2, 2, 2}, 1, 5. / 6}, // point 3 votes with 2, the lower index
		{"one class", []int{7, 7, 7, 7, 7, 7}, 3, 1},
		{"the least label of two", []int{5, 4, 5, 4, 5, 4}, 5, 0},
		{"votes of one each", []int{3, 1, 2, 1, 1, 1}, 2, 3. / 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := NeighborAccuracy(line, c.labels, c.k)
			if err != nil || math.Abs(got-c.want) > 1e-12 {
				t.Errorf("accuracy = %v, %v, want %v", got, err, c.want)
			}
		})
	}
}

// Where points are far apart all that counts in Z is less than the rounding of 1.
func TestGradientOfPointsFarApart(t *testing.T) {
	data, _ := clusters(50, 4, 3, rand.New(rand.NewPCG(1, 2)))
	for _, scale := range []float64{1e-6, 1, 1e9} {
		embedding := StartRandom(50, rand.New(rand.NewPCG(3, 4)))
		embedding.Scale(scale, embedding)
		got, err := Gradient(data, embedding, 10)
		if err != nil {
			t.Fatal(err)
		}
		y, _, err := readCentered("embedding", embedding, 50)
		if err != nil {
			t.Fatal(err)
		}
		want := slowGradient(mustAffinities(t, data, 10), y.x, 1)
		if e := relativeError(got.RawMatrix().Data, want); !(e <= 1e-5) {
			t.Errorf("coordinates times %g: the gradient is off by %.2g of its norm", scale, e)
		}
	}
}

func TestQualityRefuses(t *testing.T) {
	data, labels := clusters(50, 3, 2, rand.New(rand.NewPCG(1, 2)))
	embedding := StartRandom(50, rand.New(rand.NewPCG(1, 2)))
	broken := mat.DenseCopyOf(embedding)
	broken.Set(7, 1, math.NaN())
	kl := func(points, embedding mat.Matrix, perplexity float64) error {
		_, err := KLDivergence(points, embedding, perplexity)
		return err
	}
	gradient := func(points, embedding mat.Matrix, perplexity float64) error {
		_, err := Gradient(points, embedding, perplexity)
		return err
	}
	trust := func(points, embedding mat.Matrix, k int) error {
		_, err := Trustworthiness(points, embedding, k)
		return err
	}
	accuracy := func(embedding mat.Matrix, labels []int, k int) error {
		_, err := NeighborAccuracy(embedding, labels, k)
		return err
	}
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"divergence: rows", kl(data, embedding.Slice(0, 49, 0, 2), 10), "tsne: embedding: got 49 x 2, want 50 x 2, a row for each point"},
		{"divergence: columns", kl(data, data, 10), "tsne: embedding: got 50 x 3, want 50 x 2, a row for each point"},
		{"divergence: NaN", kl(data, broken, 10), "tsne: embedding: row 7, column 1 (counted from 0) is NaN, want a finite number of magnitude at most 1e+150"},
		{"divergence: perplexity", kl(data, embedding, 50), "tsne: perplexity: got 50 for 50 points, want below 50"},
		{"gradient: rows", gradient(data, embedding.Slice(0, 49, 0, 2), 10), "tsne: embedding: got 49 x 2, want 50 x 2, a row for each point"},
		{"gradient: perplexity", gradient(data, embedding, 50), "tsne: perplexity: got 50 for 50 points, want below 50"},
		{"divergence: points", kl(nil, embedding, 10), "tsne: points: got nil, want a matrix"},
		{"trustworthiness: rows", trust(data, embedding.Slice(0, 49, 0, 2), 5), "tsne: embedding: got 49 rows, want 50, one for each point"},
		{"trustworthiness: no neighbour", trust(data, embedding, 0), "tsne: trustworthiness: got 0 neighbours, want at least 1 and below half of 50 points"},
		{"trustworthiness: half of all", trust(data, embedding, 25), "tsne: trustworthiness: got 25 neighbours, want at least 1 and below half of 50 points"},
		{"trustworthiness: NaN", trust(data, broken, 5), "tsne: embedding: row 7, column 1 (counted from 0) is NaN, want a finite number of magnitude at most 1e+150"},
		{"accuracy: labels", accuracy(embedding, labels[1:], 5), "tsne: labels: got 49, want 50, one for each point"},
		{"accuracy: all others and itself", accuracy(embedding, labels, 50), "tsne: neighbour accuracy: got 50 neighbours, want at least 1 and below 50 points"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.err == nil || c.err.Error() != c.want {
				t.Errorf("error = %v, want %s", c.err, c.want)
			}
		})
	}
}
