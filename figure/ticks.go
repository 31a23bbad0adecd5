// This file chooses the ticks of axes.

package figure

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// EpochTicks implements plot.Ticker: at most ten ticks at whole numbers from 1,
// a multiple of 1, 2 or 5 times a power of ten apart.
type EpochTicks struct{}

// Ticks implements plot.Ticker.
func (EpochTicks) Ticks(low, high float64) []plot.Tick {
	return ticks(max(low, 1), high, 1, 10)
}

// ValueTicks implements plot.Ticker: at most eight ticks, a multiple of 1, 2 or
// 5 times a power of ten apart, all with as many decimals as they need.
type ValueTicks struct{}

// Ticks implements plot.Ticker.
func (ValueTicks) Ticks(low, high float64) []plot.Tick {
	return ticks(low, high, 0, 8)
}

// ticks returns at most n ticks in [low, high], at multiples of a step that is
// at least smallest.
func ticks(low, high, smallest float64, n int) []plot.Tick {
	if !(low <= high) || math.IsInf(high-low, 0) {
		return nil
	}
	// The bounds keep the ticks apart and their numbers exact below.
	if high-low < 1e-12*max(math.Abs(low), math.Abs(high)) || high-low < 1e-300 {
		return []plot.Tick{{Value: low, Label: strconv.FormatFloat(low, 'g', -1, 64)}}
	}
	rough := max((high-low)/float64(n), smallest)
	power := math.Floor(math.Log10(rough))
	for {
		for _, digit := range []float64{1, 2, 5} {
			// Dividing by a power of ten gives the double nearest to the
			// decimal number; multiplying by a negative power would not.
			value := func(i float64) float64 {
				if power < 0 {
					return i * digit / math.Pow(10, -power)
				}
				return i * digit * math.Pow(10, power)
			}
			step := value(1)
			first, last := math.Ceil(low/step), math.Floor(high/step)
			if step < smallest || last-first+1 > float64(n) {
				continue
			}
			var list []plot.Tick
			for i := first; i <= last; i++ {
				v := value(i) + 0 // -0 becomes 0
				list = append(list, plot.Tick{Value: v, Label: label(v, int(max(0, -power)))})
			}
			return list
		}
		power++
	}
}

// label writes a number with so many decimals, very small and very large ones
// with an exponent.
func label(v float64, decimals int) string {
	if decimals > 6 || math.Abs(v) >= 1e7 {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}
