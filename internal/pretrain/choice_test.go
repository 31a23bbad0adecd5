package pretrain

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stackedae/internal/fashion"
)

// TestBalanced holds what a choice of labelled images is: so many different ones,
// even over the classes, in the order given, and with fewer of them among more.
func TestBalanced(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels := rapid.SliceOfN(rapid.ByteRange(0, fashion.Classes-1), fashion.Classes, 200).Draw(t, "labels")
		for class := range fashion.Classes { // at least one each
			labels[class] = byte(class)
		}
		n := rapid.IntRange(fashion.Classes, len(labels)).Draw(t, "n")
		if (Settings{Labels: []int{n}, Steps: 1}).Check(labels) != nil {
			t.Skip("too few of a class")
		}
		order := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)).Perm(len(labels))
		chosen := balanced(labels, order, n)
		if len(chosen) != n {
			t.Fatalf("%d rows, want %d", len(chosen), n)
		}
		last := -1
		var counts [fashion.Classes]int
		for _, row := range chosen {
			at := slices.Index(order, row)
			if at <= last {
				t.Fatalf("rows %v are not in the order %v", chosen, order)
			}
			last = at
			counts[labels[row]]++
		}
		if least, most := slices.Min(counts[:]), slices.Max(counts[:]); most-least > 1 {
			t.Fatalf("%v of the classes, want even shares", counts)
		}
		for _, row := range balanced(labels, order, rapid.IntRange(fashion.Classes, n).Draw(t, "fewer")) {
			if !slices.Contains(chosen, row) {
				t.Fatalf("row %d is among fewer, and not among %d", row, n)
			}
		}
	})
}

func TestSettingsErrors(t *testing.T) {
	even := make([]byte, 60)
	for i := range even {
		even[i] = byte(i % fashion.Classes)
	}
	for _, test := range []struct {
		settings Settings
		want     string
	}{
		{Settings{nil, 1, 0}, "no numbers of labels, want at least one"},
		{Settings{[]int{9}, 1, 0}, "9 labels, want at least one a class, 10"},
		{Settings{[]int{10, 10}, 1, 0}, "10 labels after 10, want each number above the one before"},
		{Settings{[]int{20, 10}, 1, 0}, "10 labels after 20"},
		{Settings{[]int{10}, 0, 0}, "0 steps, want at least 1"},
		{Settings{[]int{20, 61}, 1, 0}, "61 labels, want at most 60, one a training image"},
	} {
		if err := test.settings.Check(even); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: got %v, want %q", test.settings, err, test.want)
		}
	}
	if err := (Settings{[]int{10, 60}, 1, 0}).Check(even); err != nil {
		t.Errorf("as many labels as images: %v", err)
	}
	even[0] = 1
	want := "55 labels are 6 of class 0, of which there are 5 training images"
	if err := (Settings{[]int{50, 55}, 1, 0}).Check(even); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("too few of a class: got %v, want %q", err, want)
	}
	if err := (Settings{[]int{50}, 1, 0}).Check(even); err != nil {
		t.Errorf("just enough of a class: %v", err)
	}
}
