// This file averages metrics over batches.

package train

import "stackedae/graph"

// runningMean is the mean of the metrics of batches, weighted by their sizes.
type runningMean struct {
	sum    graph.Metrics
	images int
}

func (r *runningMean) add(m graph.Metrics, images int) {
	r.sum.Loss += m.Loss * float64(images)
	r.sum.RoundedAccuracy += m.RoundedAccuracy * float64(images)
	r.images += images
}

func (r *runningMean) mean() graph.Metrics {
	n := float64(r.images)
	return graph.Metrics{Loss: r.sum.Loss / n, RoundedAccuracy: r.sum.RoundedAccuracy / n}
}
