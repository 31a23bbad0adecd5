// This file holds the exponential and the logarithm, by the polynomials of
// Moshier's Cephes library (expf.c, logf.c), in the form that vector units
// can follow step by step.

package simd

import "math"

// Both functions split by ln 2 = ln2High + ln2Low, where n·ln2High is exact
// for |n| < 2¹⁴ (Cody and Waite, Software Manual for the Elementary Functions,
// 1980).
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
	// Estrin's order: short chains side by side in place of Horner's long one.
	r2 := r * r
	p0 := 1.6666665459e-1*r + 5.0000001201e-1
	p1 := 8.3334519073e-3*r + 4.1665795894e-2
	p2 := 1.9875691500e-4*r + 1.3981999507e-3
	part = ((p2*r2+p1)*r2+p0)*r2 + r
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
	p0 := -2.4999993993e-1*f + 3.3333331174e-1
	p1 := -1.6668057665e-1*f + 2.0000714765e-1
	p2 := -1.2420140846e-1*f + 1.4249322787e-1
	p3 := -1.1514610310e-1*f + 1.1676998740e-1
	y := (7.0376836292e-2*z2+(p3*z+p2))*z2 + (p1*z + p0)
	return ((y*f-0.5)*z + f) + e*math.Ln2
}
