// This file trains classifiers.

package train

import (
	"context"
	"errors"
	"fmt"

	"stackedae/graph"
	"stackedae/model"
)

// Labelled is rows with their classes, numbers from 0 on. The rows are images of
// grey values 0 to 255, or other numbers.
type Labelled struct {
	Images []byte
	Values []float32 // take the place of Images if they are not nil
	Labels []byte
}

// Classify trains c in place by plain stochastic gradient descent, as Run trains
// a model, and returns each epoch's metrics: means over its batches, taken while
// the weights move. The first layers, as many as frozen says, stay as they are.
//
// The context is looked at between steps. A loss that is not finite ends the
// training with an error before the weights take that step.
func Classify(ctx context.Context, c *model.Classifier, frozen int, data Labelled, config Config) ([]graph.ClassMetrics, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	if config.Patience > 0 || config.Noise != (graph.Noise{}) {
		return nil, errors.New("train: classifiers have no patience and no noise, want 0 of both")
	}
	columns := c.Inputs()
	if n := max(len(data.Images), len(data.Values)); len(data.Labels) == 0 || n != columns*len(data.Labels) {
		return nil, fmt.Errorf("train: %d values and %d labels, want a label for every %d values", n, len(data.Labels), columns)
	}
	network, err := graph.NewClassifier(c, frozen, graph.Config{
		LearningRate: config.LearningRate, Operations: config.Operations, Engine: config.Engine, Machine: config.Machine, Watch: config.Watch,
	})
	if err != nil {
		return nil, err
	}
	defer network.Close()

	rows := Data{Train: data.Images, trainCodes: data.Values}.batches(columns, config.BatchSize)
	var history []graph.ClassMetrics
	for epoch := 1; epoch <= config.Epochs; epoch++ {
		if config.Shuffle != nil {
			rows.shuffle(config.Shuffle)
		}
		var sum graph.ClassMetrics
		for i := range rows.count() {
			if ctx.Err() != nil {
				return history, fmt.Errorf("train: stopped in epoch %d: %w", epoch, context.Cause(ctx))
			}
			batch := rows.batch(i)
			metrics, err := network.Train(batch, graph.Labels{Numbers: data.Labels, Classes: c.Classes(), Order: rows.rows(i)})
			if errors.Is(err, graph.ErrNotFinite) {
				return history, fmt.Errorf("train: epoch %d: loss %v: %w; a smaller learning rate may help", epoch, metrics.Loss, err)
			}
			if err != nil {
				return history, fmt.Errorf("train: epoch %d: %w", epoch, err)
			}
			sum.Loss += metrics.Loss * float64(batch.Len())
			sum.Accuracy += metrics.Accuracy * float64(batch.Len())
		}
		n := float64(len(data.Labels))
		history = append(history, graph.ClassMetrics{Loss: sum.Loss / n, Accuracy: sum.Accuracy / n})
	}
	return history, nil
}
