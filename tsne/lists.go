// This file finds neighbours approximately, in an inverted file (Sivic & Zisserman
// 2003; Jégou et al. 2011): points are cut into lists around centres, and a
// point's neighbours are looked for in the lists whose centres are nearest to
// that of its own.
//
// How many lists are looked at is not fixed: the neighbours of a sample of the
// points are found exactly, and it takes as many lists as leave few of these out.
// Where points have few true dimensions, as most data have, a few per cent do;
// uniform points of many dimensions need most of the lists, and no harm is done
// but that the search takes as long as the exact one.

package tsne

import (
	"cmp"
	"context"
	"math"
	"slices"

	"stackedae/internal/parallel"
	"stackedae/internal/simd"
)

const (
	// recallWanted is the share of the sample's neighbours that must be found.
	// It is a little above the .99 that the documentation promises.
	recallWanted = .993
	// recallSample is the size of the sample.
	recallSample = 1024

	// Lists are made by k-means over pointsPerList points for each list.
	pointsPerList = 64
	kmeansRounds  = 6
)

// listsFor returns the number of lists for n points. With more of them fewer
// points must be looked at, but more centres and lists.
func listsFor(n int) int { return max(1, int(math.Sqrt(float64(n)))) }

// approximateNeighbors finds most of the k nearest others of every point. It
// renumbers the points, list after list, so that near ones are near in memory:
// p is in the new order, and order[i] is the old number of point i. The only
// error is ctx's.
func approximateNeighbors(ctx context.Context, p *points, k int) (lists *neighborLists, order []int32, err error) {
	centers, err := clusterPoints(ctx, p, listsFor(p.n))
	if err != nil {
		return nil, nil, err
	}
	order, first, err := centers.sort(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	p.reorder(order)
	s := newSearch(p, newPanels(p, first), k)
	near := centers.sequences()
	count, err := s.listsWanted(ctx, near)
	if err != nil {
		return nil, nil, err
	}
	var blocks []queryBlock
	for l := range s.panels.lists() {
		for lo := s.panels.panel[l]; lo < s.panels.panel[l+1]; lo += queryPanels {
			blocks = append(blocks, queryBlock{l, lo, min(lo+queryPanels, s.panels.panel[l+1])})
		}
	}
	lists = &neighborLists{k: k, index: make([]int32, p.n*k), dist2: make([]float32, p.n*k)}
	err = chunks(ctx, len(blocks), 1, func(b, _ int) {
		block := blocks[b]
		w := s.begin(s.panels.at(block.lo, block.hi))
		defer s.end(w)
		seen := 0
		for m, l := range near[block.list] {
			if m >= count && seen > k { // the lists of a few points far from all others are small
				break
			}
			s.scan(w, int(l))
			seen += s.panels.first[l+1] - s.panels.first[l]
		}
		from := s.panels.first[block.list] + (block.lo-s.panels.panel[block.list])*simd.PanelWidth
		for q := range min(s.panels.first[block.list+1]-from, len(w.nearest)) {
			s.finish(w, q, from+q, lists)
		}
	})
	return lists, order, err
}

// queryBlock is the panels lo to hi of a list.
type queryBlock struct{ list, lo, hi int }

// centers are the centres of lists.
type centers struct {
	packing packing
	n       int
	x       []float32 // panels
}

// clusterPoints finds count centres by k-means (Lloyd 1982) from evenly spaced
// points over an evenly spaced sample.
func clusterPoints(ctx context.Context, p *points, count int) (*centers, error) {
	c := &centers{packing: newPacking(p), n: count}
	size := p.dim * simd.PanelWidth
	c.x = make([]float32, panelsOf(count)*size)
	for g := range panelsOf(count) {
		c.packing.panel(c.x[g*size:(g+1)*size], g*simd.PanelWidth*(p.n/count), p.n/count, count*(p.n/count))
	}
	sample := min(p.n, pointsPerList*count)
	step := p.n / sample
	panels := make([]float32, panelsOf(sample)*size)
	parallel.Chunks(panelsOf(sample), packBlock, func(lo, hi int) {
		for g := lo; g < hi; g++ {
			c.packing.panel(panels[g*size:(g+1)*size], g*simd.PanelWidth*step, step, sample*step)
		}
	})
	list := make([]int32, panelsOf(sample)*simd.PanelWidth)
	for range kmeansRounds {
		err := chunks(ctx, panelsOf(sample), 1, func(g, _ int) {
			c.assign(list[g*simd.PanelWidth:][:simd.PanelWidth], panels[g*size:(g+1)*size])
		})
		if err != nil {
			return nil, err
		}
		c.move(panels, list[:sample])
	}
	return c, nil
}

// assign sets list to the nearest centres of the points of a panel.
func (c *centers) assign(list []int32, panel []float32) {
	var limits [simd.PanelWidth]float32
	for q := range limits {
		limits[q] = float32(math.Inf(1))
	}
	var dist2 [simd.PanelWidth * simd.PanelWidth * scanPanels]float32
	var below [simd.PanelWidth * scanPanels]uint16
	for from := 0; from < panelsOf(c.n); from += scanPanels {
		count := min(scanPanels, panelsOf(c.n)-from)
		width := count * simd.PanelWidth
		simd.PanelDistances(dist2[:simd.PanelWidth*width], below[:simd.PanelWidth*count], panel,
			c.x[from*len(panel):(from+count)*len(panel)], limits[:])
		for q := range limits {
			row := dist2[q*width:][:width]
			for g, b := range below[q*count:][:count] {
				for l := g * simd.PanelWidth; b != 0; l, b = l+1, b>>1 {
					if b&1 == 1 && row[l] < limits[q] {
						limits[q], list[q] = row[l], int32(from*simd.PanelWidth+l)
					}
				}
			}
		}
	}
}

// move moves each centre to the mean of its points; one that has none stays.
func (c *centers) move(panels []float32, list []int32) {
	dim := c.packing.p.dim
	size := dim * simd.PanelWidth
	sums, counts := make([]float64, c.n*dim), make([]int, c.n)
	for i, l := range list {
		counts[l]++
		point := panels[i/simd.PanelWidth*size+i%simd.PanelWidth:]
		sum := sums[int(l)*dim:][:dim]
		for j := range sum {
			sum[j] += float64(point[j*simd.PanelWidth])
		}
	}
	for l, count := range counts {
		if count > 0 {
			for j := range dim {
				c.x[l/simd.PanelWidth*size+j*simd.PanelWidth+l%simd.PanelWidth] = float32(sums[l*dim+j] / float64(count))
			}
		}
	}
}

// sort returns the points' order by lists, and where each list begins.
func (c *centers) sort(ctx context.Context, p *points) (order []int32, first []int, err error) {
	list := make([]int32, panelsOf(p.n)*simd.PanelWidth)
	err = chunks(ctx, panelsOf(p.n), 16, func(lo, hi int) {
		panel := make([]float32, p.dim*simd.PanelWidth)
		for g := lo; g < hi; g++ {
			c.packing.panel(panel, g*simd.PanelWidth, 1, p.n)
			c.assign(list[g*simd.PanelWidth:][:simd.PanelWidth], panel)
		}
	})
	if err != nil {
		return nil, nil, err
	}
	list = list[:p.n]
	first = make([]int, c.n+1)
	for _, l := range list {
		first[l+1]++
	}
	for l := range c.n {
		first[l+1] += first[l]
	}
	next := slices.Clone(first)
	order = make([]int32, p.n)
	for i, l := range list {
		order[next[l]] = int32(i)
		next[l]++
	}
	return order, first, nil
}

// sequences returns for each list all lists by the distance of their centres,
// itself first.
func (c *centers) sequences() [][]int32 {
	near := make([][]int32, c.n)
	size := len(c.x) / panelsOf(c.n)
	var none [simd.PanelWidth]float32 // no limits
	parallel.For(panelsOf(c.n), func(g int) {
		dist2, below := make([]float32, simd.PanelWidth*simd.PanelWidth*panelsOf(c.n)), make([]uint16, simd.PanelWidth*panelsOf(c.n))
		simd.PanelDistances(dist2, below, c.x[g*size:(g+1)*size], c.x, none[:])
		keys := make([]uint64, c.n)
		for q := range min(simd.PanelWidth, c.n-g*simd.PanelWidth) {
			for l, d := range dist2[q*simd.PanelWidth*panelsOf(c.n):][:c.n] {
				keys[l] = key(d, l)
			}
			slices.Sort(keys)
			sequence := make([]int32, c.n)
			for m, key := range keys {
				sequence[m] = int32(keyNumber(key))
			}
			near[g*simd.PanelWidth+q] = sequence
		}
	})
	return near
}

// listsWanted returns how many lists of their sequences points must look at to
// find the share recallWanted of their neighbours.
func (s *search) listsWanted(ctx context.Context, near [][]int32) (int, error) {
	n := s.p.n
	sample := min(n, recallSample)
	step := n / sample
	pack := newPacking(s.p)
	counts := make([][]int, panelsOf(sample)) // by place in the sequence
	err := chunks(ctx, len(counts), 1, func(g, _ int) {
		queries := make([]float32, s.panels.size())
		pack.panel(queries, g*simd.PanelWidth*step, step, sample*step)
		w := s.begin(queries)
		defer s.end(w)
		for l := range near {
			s.scan(w, l)
		}
		counts[g] = make([]int, len(near))
		place := make([]int, len(near))
		for q := range min(simd.PanelWidth, sample-g*simd.PanelWidth) {
			self := (g*simd.PanelWidth + q) * step
			for m, l := range near[s.listOf(self)] {
				place[l] = m
			}
			keys := w.nearest[q].sorted()
			for _, key := range keys[:min(len(keys), s.k+1)] {
				if j := keyNumber(key); j != self {
					counts[g][place[s.listOf(j)]]++
				}
			}
		}
	})
	if err != nil {
		return 0, err
	}
	total, found := 0, 0
	for _, count := range counts {
		for _, c := range count {
			total += c
		}
	}
	for m := range near {
		for _, count := range counts {
			found += count[m]
		}
		if float64(found) >= recallWanted*float64(total) {
			return m + 1, nil
		}
	}
	return len(near), nil
}

// listOf returns the list of a point.
func (s *search) listOf(number int) int {
	at, found := slices.BinarySearchFunc(s.panels.first, number, cmp.Compare[int])
	if !found {
		return at - 1
	}
	for s.panels.first[at+1] == number { // empty lists
		at++
	}
	return at
}
