// This file scales embeddings and picks the images to show in them.

package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot/plotter"
)

// Scale moves an embedding (n x 2, rows are points) into the unit square with
// one minimum and one maximum over both coordinates, so that its proportions
// stay: x becomes (x - min) / (max - min). It fails unless the embedding has
// two columns, finite values and at least two different points.
//
// T is the precision of the arithmetic. With T the element type of the array
// that numpy would scale, the result has numpy's bits: float32 for what
// scikit-learn's TSNE makes of float32 codes, float64 else. It matters to
// [PickThumbnails], where a rounding can decide about a point.
func Scale[T float32 | float64](embedding mat.Matrix) (plotter.XYs, error) {
	n, columns := embedding.Dims()
	if n == 0 {
		return nil, fmt.Errorf("figure: embedding has no points")
	}
	if columns != 2 {
		return nil, fmt.Errorf("figure: embedding is %d x %d, want 2 columns", n, columns)
	}
	low, high := T(embedding.At(0, 0)), T(embedding.At(0, 0))
	equal := true
	for i := range n {
		for j := range 2 {
			v := T(embedding.At(i, j))
			if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("figure: embedding: point %d has coordinate %v, want a finite number", i, x)
			}
			low, high = min(low, v), max(high, v)
			equal = equal && v == T(embedding.At(0, j))
		}
	}
	if equal {
		return nil, fmt.Errorf("figure: embedding: all points are equal (%d of them), want at least two places", n)
	}
	span := high - low
	if math.IsInf(float64(span), 0) {
		return nil, fmt.Errorf("figure: embedding spans %v to %v, more than %T can hold", low, high, span)
	}
	points := make(plotter.XYs, n)
	for i := range points {
		points[i].X = float64((T(embedding.At(i, 0)) - low) / span)
		points[i].Y = float64((T(embedding.At(i, 1)) - low) / span)
	}
	return points, nil
}

// PickThumbnails returns the numbers of the points that get a thumbnail, in
// order. Going through the points, one is picked when its squared distance to
// every place taken so far is above 0.02. The place (1, 1) is taken from the
// start. The points are those of [Scale], so the numbers are those that the
// chapter's Python picks: there, too, distances are float64 whatever the
// precision of the embedding, because the array of taken places is.
func PickThumbnails(points plotter.XYer) []int {
	const apart = 0.02
	taken := plotter.XYs{{X: 1, Y: 1}}
	var picked []int
next:
	for i := range points.Len() {
		x, y := points.XY(i)
		for _, t := range taken {
			dx, dy := x-t.X, y-t.Y
			// The conversions forbid fused multiply-add, which numpy does not use.
			if !(float64(dx*dx)+float64(dy*dy) > apart) {
				continue next
			}
		}
		taken = append(taken, plotter.XY{X: x, Y: y})
		picked = append(picked, i)
	}
	return picked
}
