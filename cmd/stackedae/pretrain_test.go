package main

import (
	"encoding/json"
	"testing"

	"stackedae/internal/pretrain"
)

// seedsOf returns results of so many seeds at 50 and 1,000 labels.
func seedsOf(n int) pretrain.Results {
	return pretrain.Results{
		{pretrain.Pretrained: {0.66, 0.81}, pretrain.Random: {0.65, 0.8}, pretrain.LinearOnCodes: {0.625, 0.75}, pretrain.LinearOnPixels: {0.67, 0.81}},
		{pretrain.Pretrained: {0.64, 0.82}, pretrain.Random: {0.65, 0.8}, pretrain.LinearOnCodes: {0.625, 0.75}, pretrain.LinearOnPixels: {0.66, 0.81}},
		{pretrain.Pretrained: {0.62, 0.83}, pretrain.Random: {0.6, 0.79}, pretrain.LinearOnCodes: {0.625, 0.79}, pretrain.LinearOnPixels: {0.64, 0.80}},
	}[:n]
}

func TestPretrainTables(t *testing.T) {
	for _, test := range []struct {
		seeds int
		want  string
	}{
		{3, `Test accuracy, mean ± standard deviation of 3 seeds
labels     pretrained  random weights  linear on codes  linear on pixels
    50  0.640 ± 0.020   0.633 ± 0.029    0.625 ± 0.000     0.657 ± 0.015
 1,000  0.820 ± 0.010   0.797 ± 0.006    0.763 ± 0.023     0.807 ± 0.006

Margin of pretrained over the others, seed by seed: mean ± standard deviation,
and in how many seeds it is above 0
labels       random weights      linear on codes     linear on pixels
    50  +0.007 ± 0.015  2/3  +0.015 ± 0.020  2/3  -0.017 ± 0.006  0/3
 1,000  +0.023 ± 0.015  3/3  +0.057 ± 0.015  3/3  +0.013 ± 0.015  2/3

3 autoencoders and 24 classifiers in 90 seconds
`},
		{1, `Test accuracy of 1 seed
labels  pretrained  random weights  linear on codes  linear on pixels
    50       0.660           0.650            0.625             0.670
 1,000       0.810           0.800            0.750             0.810

Margin of pretrained over the others
labels  random weights  linear on codes  linear on pixels
    50          +0.010           +0.035            -0.010
 1,000          +0.010           +0.060            +0.000

1 autoencoder and 8 classifiers in 90 seconds
`},
	} {
		r := newPretrainReport([]int{50, 1000}, seedsOf(test.seeds))
		r.Seconds = 90.2
		if got := r.String(); got != test.want {
			t.Errorf("%d seeds:\n%s\nwant\n%s", test.seeds, got, test.want)
		}
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatalf("%d seeds: %v", test.seeds, err)
		}
		var back pretrainReport
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		for _, l := range back.Labels {
			if len(l.Ways) != 4 || len(l.Margins) != 3 || len(l.Ways[3].Values) != test.seeds || (l.Margins[0].Deviation != nil) != (test.seeds > 1) {
				t.Errorf("%d seeds as JSON: %s", test.seeds, text)
			}
		}
	}
}
