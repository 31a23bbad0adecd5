// This file holds the exponential and the logarithm in the form that vector
// units can follow step by step. Their polynomials have the least largest error
// that their degree allows, found by Remez' exchange algorithm: 2⁻²⁸ for exp and
// 2⁻²⁷ for log, relative, which leaves the rounding of the steps to matter.
// They are summed in Estrin's order: short chains side by side in place of
// Horner's long one.

package simd

import "math"

// ln 2 = ln2High + ln2Low, where n·ln2High is exact for |n| < 2¹⁴ (Cody and
// Waite, Software Manual for the Elementary Functions, 1980).
const (
	ln2High = 0.693359375
	ln2Low  = -2.12194440e-4
	log2E   = 1.44269504088896341
)

// expLimit is how far from zero the argument of exponential may be: there,
// float32 is about to lose its normal numbers.
const expLimit = 87

// exponential returns two numbers of which exp(x) = part·power + power, within
// two units in the last place. The power is one of 2, so that more can be
// added to the sum, or a factor multiplied into both, before it is rounded.
func exponential(x float32) (part, power float32) {
	// Adding 1.5·2²³ leaves an integer in the low bits, rounded to nearest;
	// 127 makes it an exponent.
	const shift = 3<<22 + 127
	shifted := x*log2E + shift
	n := shifted - shift
	r := x - n*ln2High
	r -= n * ln2Low
	r2 := r * r
	p0 := 0.166665211*r + 0.49999994
	p1 := 0.00836871658*r + 0.041668389
	part = ((0.00138145988*r2+p1)*r2+p0)*r2 + r
	return part, math.Float32frombits(math.Float32bits(shifted) << 23)
}

// log returns the natural logarithm of a normal x > 0, within two units in the
// last place or 1e-7, whichever is larger. log(NaN) is NaN.
func log(x float32) float32 {
	if x != x {
		return x
	}
	const sqrtHalf = 0x3f3504f3 // bits of √½
	bits := math.Float32bits(x) - sqrtHalf
	e := float32(int32(bits) >> 23)
	f := math.Float32frombits(bits&0x7fffff+sqrtHalf) - 1 // mantissa in [√½, √2), less 1
	z := f * f
	z2 := z * z
	p0 := -0.250008196*f + 0.333333313
	p1 := -0.166233569*f + 0.200012267
	p2 := -0.131601825*f + 0.142017573
	p3 := -0.0763449892*f + 0.12761578
	y := (p3*z+p2)*z2 + (p1*z + p0)
	return ((y*f-0.5)*z + f) + e*math.Ln2
}
