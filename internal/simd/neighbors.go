// This file holds what the search for neighbours and the fit of their affinities
// consist of: the checked entry points and the plain Go loops.

package simd

// PanelWidth is the number of points of a panel: a dim × 16 matrix whose
// columns are points, so that a vector holds one coordinate of all of them.
const PanelWidth = 16

// PanelDistances computes the squared distances of the points of one panel, the
// queries, from the points of one or more others, panels, each as the sum of the
// squared differences of all coordinates from the first to the last. Row q of
// dst is those of query q:
//
//	dst[q][p] = |panels[p] - queries[q]|²
//
// and bit p%16 of below[q][p/16] says whether it is below limits[q]. dst is
// 16 × points, below is 16 × panels. A point that does not exist is NaN in all
// coordinates: it is below no limit.
func PanelDistances(dst []float32, below []uint16, queries, panels, limits []float32) {
	count := len(panels) / max(len(queries), 1)
	check("PanelDistances", "queries", len(queries)%PanelWidth, 0)
	check("PanelDistances", "panels", len(panels), count*len(queries))
	check("PanelDistances", "dst", len(dst), PanelWidth*PanelWidth*count)
	check("PanelDistances", "below", len(below), PanelWidth*count)
	check("PanelDistances", "limits", len(limits), PanelWidth)
	active.panelDistances(dst, below, queries, panels, limits)
}

// panelDistances takes one query and four points at a time: as many sums as the
// compiler keeps in registers.
func panelDistances(dst []float32, below []uint16, queries, panels, limits []float32) {
	count := len(below) / PanelWidth
	for p := range count {
		panel := panels[p*len(queries):][:len(queries)]
		for q := range PanelWidth {
			limit := limits[q]
			row := (*[PanelWidth]float32)(dst[(q*count+p)*PanelWidth:])
			bits := uint16(0)
			for l := 0; l < PanelWidth; l += 4 {
				var s0, s1, s2, s3 float32
				for d := 0; d < len(panel); d += PanelWidth {
					x := queries[d+q]
					y := (*[4]float32)(panel[d+l:])
					e0, e1, e2, e3 := y[0]-x, y[1]-x, y[2]-x, y[3]-x
					s0 += e0 * e0
					s1 += e1 * e1
					s2 += e2 * e2
					s3 += e3 * e3
				}
				row[l], row[l+1], row[l+2], row[l+3] = s0, s1, s2, s3
			}
			for l, v := range row {
				if v < limit {
					bits |= 1 << l
				}
			}
			below[q*count+p] = bits
		}
	}
}

// GaussianSums returns Σ w and Σ w·x over all x, where w = exp(-beta·x), or zero
// below exp(-87). No x is negative.
func GaussianSums(x []float32, beta float32) (sum, weighted float64) {
	return active.gaussianSums(x, beta)
}

func gaussianSums(x []float32, beta float32) (sum, weighted float64) {
	var s, w float32
	for _, v := range x {
		power := -beta * v
		if power < -expLimit {
			continue
		}
		part, scale := exponential(power)
		part = part*scale + scale
		s += part
		w += part * v
	}
	return float64(s), float64(w)
}
