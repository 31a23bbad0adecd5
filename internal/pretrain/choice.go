// This file chooses which images are labelled.

package pretrain

import (
	"fmt"

	"stackedae/internal/fashion"
)

// share returns how many of n labelled images are of a class: as many as of any
// other, or one more.
func share(n, class int) int {
	if class < n%fashion.Classes {
		return n/fashion.Classes + 1
	}
	return n / fashion.Classes
}

// Check returns an error unless images with these labels are enough for all
// numbers of labels.
func (s Settings) Check(labels []byte) error {
	if err := s.Validate(); err != nil {
		return err
	}
	var counts [fashion.Classes]int
	for _, class := range labels {
		counts[class]++
	}
	for _, n := range s.Labels {
		if n > len(labels) {
			return fmt.Errorf("pretrain: %d labels, want at most %d, one a training image", n, len(labels))
		}
		for class, there := range counts {
			if want := share(n, class); there < want {
				return fmt.Errorf("pretrain: %d labels are %d of class %d, of which there are %d training images", n, want, class, there)
			}
		}
	}
	return nil
}

// balanced returns the first n rows of an order in which no class has more than
// its share. Those of a smaller n are among them.
func balanced(labels []byte, order []int, n int) []int {
	var chosen []int
	var counts [fashion.Classes]int
	for _, row := range order {
		if class := labels[row]; counts[class] < share(n, int(class)) {
			counts[class]++
			chosen = append(chosen, row)
		}
	}
	return chosen
}
