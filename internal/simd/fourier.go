// This file holds the passes of a fast Fourier transform of many columns, and
// the way between columns and rows.

package simd

import "fmt"

// FourierColumns is the number of columns that are transformed at a time.
const FourierColumns = 16

// Complexes holds complex numbers, the real and imaginary parts apart.
type Complexes struct{ Re, Im []float32 }

// Swapped exchanges the parts. Transforming the swapped numbers is the inverse
// transform, swapped, times the length.
func (c Complexes) Swapped() Complexes { return Complexes{c.Im, c.Re} }

// fourierKernels are those of this file. Their arguments are those of the
// functions that check them.
type fourierKernels struct {
	fourier        [5]func(dstRe, dstIm, srcRe, srcIm, rotations []float32, stride int) // by radix
	fourierFirst   func(dstRe, dstIm, srcRe, srcIm, rotations []float32, stride int)
	fourierLast    func(dstRe, dstIm, srcRe, srcIm []float32, stride int)
	fourierScaled  func(dstRe, dstIm, srcRe, srcIm, spectrum []float32)
	transposedSums func(dst, a, b transposedSum, sign float32, blocks int)
}

var fourierGeneric = fourierKernels{
	fourier:        [5]func(_, _, _, _, _ []float32, _ int){2: fourier2, 3: fourier3, 4: fourier4},
	fourierFirst:   fourierFirst,
	fourierLast:    fourierLast,
	fourierScaled:  fourierScaled,
	transposedSums: transposedSums,
}

// Fourier computes a pass of Stockham's algorithm: butterflies of radix 2, 3 or
// 4. With groups = len(rotations)/(2·(radix-1)) and step = groups·stride, for
// each group p and q in [0, stride)
//
//	dst[(radix·p+u)·stride + q] = w(p)^u · Σ_v src[p·stride + q + v·step] exp(-2πi·u·v/radix),
//
// where rotations holds cosine and sine of w(p)^u for u from 1 on. dst and src
// have radix·step numbers. stride is a multiple of FourierColumns.
func Fourier(radix int, dst, src Complexes, rotations []float32, stride int) {
	if radix < 2 || radix > 4 || stride <= 0 || stride%FourierColumns != 0 {
		panic(fmt.Sprintf("simd: Fourier: radix = %d, stride = %d, want 2 to 4 and a positive multiple of %d", radix, stride, FourierColumns))
	}
	n := checkRotations("Fourier", rotations, radix) * radix * stride
	dst.check("Fourier", "dst", n)
	src.check("Fourier", "src", n)
	active.fourier[radix](dst.Re, dst.Im, src.Re, src.Im, rotations, stride)
}

// checkRotations returns the number of groups, at least 1, that rotations are for.
func checkRotations(function string, rotations []float32, radix int) (groups int) {
	each := 2 * (radix - 1)
	if len(rotations) == 0 || len(rotations)%each != 0 {
		panic(fmt.Sprintf("simd: %s: len(rotations) = %d, want a positive multiple of %d", function, len(rotations), each))
	}
	return len(rotations) / each
}

func (c Complexes) check(function, name string, n int) {
	if len(c.Re) != n || len(c.Im) != n {
		panic(fmt.Sprintf("simd: %s: len(%s) = %d and %d, want %d", function, name, len(c.Re), len(c.Im), n))
	}
}

// checkRows panics if c does not hold exactly rows of FourierColumns numbers,
// stride apart.
func (c Complexes) checkRows(function, name string, rows, stride int) {
	if stride < FourierColumns {
		panic(fmt.Sprintf("simd: %s: stride = %d, want at least %d", function, stride, FourierColumns))
	}
	c.check(function, name, (rows-1)*stride+FourierColumns)
}

// FourierFirst is the pass of radix 4 that a transform of FourierColumns
// columns begins with, for columns whose second half is zero. src holds the
// first half, 2·groups rows that are stride apart.
func FourierFirst(dst, src Complexes, stride int, rotations []float32) {
	groups := checkRotations("FourierFirst", rotations, 4)
	dst.check("FourierFirst", "dst", 4*groups*FourierColumns)
	src.checkRows("FourierFirst", "src", 2*groups, stride)
	active.fourierFirst(dst.Re, dst.Im, src.Re, src.Im, rotations, stride)
}

// FourierLast is the pass of radix 4 that a transform of FourierColumns columns
// ends with, if only the first half of the result is wanted. Its rows are
// stride apart in dst.
func FourierLast(dst Complexes, stride int, src Complexes) {
	rows := len(src.Re) / FourierColumns
	if rows == 0 || rows%4 != 0 {
		panic(fmt.Sprintf("simd: FourierLast: %d rows, want a positive multiple of 4", rows))
	}
	src.check("FourierLast", "src", rows*FourierColumns)
	dst.checkRows("FourierLast", "dst", rows/2, stride)
	active.fourierLast(dst.Re, dst.Im, src.Re, src.Im, stride)
}

// FourierScaled is the pass of radix 4 that a transform of FourierColumns
// columns of length n ends with, if the result is then multiplied by a
// spectrum: n/2+1 rows, the factors of the frequencies 0 to n/2, and so those of
// the others, since those of k and n-k are equal.
func FourierScaled(dst, src Complexes, spectrum []float32) {
	rows := len(src.Re) / FourierColumns
	if rows == 0 || rows%4 != 0 {
		panic(fmt.Sprintf("simd: FourierScaled: %d rows, want a positive multiple of 4", rows))
	}
	src.check("FourierScaled", "src", rows*FourierColumns)
	dst.check("FourierScaled", "dst", rows*FourierColumns)
	check("FourierScaled", "spectrum", len(spectrum), (rows/2+1)*FourierColumns)
	active.fourierScaled(dst.Re, dst.Im, src.Re, src.Im, spectrum)
}

// times returns (re + i·im)(w[0] + i·w[1]).
func times(w []float32, re, im float32) (float32, float32) {
	return re*w[0] - im*w[1], re*w[1] + im*w[0]
}

func fourier2(dstRe, dstIm, srcRe, srcIm, rotations []float32, stride int) {
	step := len(srcRe) / 2
	for p := 0; p*stride < step; p++ {
		w, in, out := rotations[2*p:][:2], p*stride, 2*p*stride
		for q := range stride {
			ar, ai, br, bi := srcRe[in+q], srcIm[in+q], srcRe[in+step+q], srcIm[in+step+q]
			dstRe[out+q], dstIm[out+q] = ar+br, ai+bi
			dstRe[out+stride+q], dstIm[out+stride+q] = times(w, ar-br, ai-bi)
		}
	}
}

func fourier3(dstRe, dstIm, srcRe, srcIm, rotations []float32, stride int) {
	const sin60 = 0.866025403784438646763723170752936183
	step := len(srcRe) / 3
	for p := 0; p*stride < step; p++ {
		w, in, out := rotations[4*p:][:4], p*stride, 3*p*stride
		for q := range stride {
			ar, ai := srcRe[in+q], srcIm[in+q]
			br, bi, cr, ci := srcRe[in+step+q], srcIm[in+step+q], srcRe[in+2*step+q], srcIm[in+2*step+q]
			sr, si, dr, di := br+cr, bi+ci, sin60*(br-cr), sin60*(bi-ci)
			mr, mi := ar-.5*sr, ai-.5*si
			dstRe[out+q], dstIm[out+q] = ar+sr, ai+si
			dstRe[out+stride+q], dstIm[out+stride+q] = times(w, mr+di, mi-dr)
			dstRe[out+2*stride+q], dstIm[out+2*stride+q] = times(w[2:], mr-di, mi+dr)
		}
	}
}

func fourier4(dstRe, dstIm, srcRe, srcIm, rotations []float32, stride int) {
	step := len(srcRe) / 4
	for p := 0; p*stride < step; p++ {
		w, in := rotations[6*p:][:6], p*stride
		outRe, outIm := dstRe[4*in:][:4*stride], dstIm[4*in:][:4*stride]
		a, b, c, d := srcRe[in:][:stride], srcRe[in+step:][:stride], srcRe[in+2*step:][:stride], srcRe[in+3*step:][:stride]
		e, f, g, h := srcIm[in:][:stride], srcIm[in+step:][:stride], srcIm[in+2*step:][:stride], srcIm[in+3*step:][:stride]
		for q := range stride {
			acr, aci, amr, ami := a[q]+c[q], e[q]+g[q], a[q]-c[q], e[q]-g[q]
			bdr, bdi, bmr, bmi := b[q]+d[q], f[q]+h[q], b[q]-d[q], f[q]-h[q]
			outRe[q], outIm[q] = acr+bdr, aci+bdi
			outRe[stride+q], outIm[stride+q] = times(w, amr+bmi, ami-bmr)
			outRe[2*stride+q], outIm[2*stride+q] = times(w[2:], acr-bdr, aci-bdi)
			outRe[3*stride+q], outIm[3*stride+q] = times(w[4:], amr-bmi, ami+bmr)
		}
	}
}

func fourierFirst(dstRe, dstIm, srcRe, srcIm, rotations []float32, stride int) {
	groups := len(rotations) / 6
	for p := range groups {
		const n = FourierColumns
		w, in, half := rotations[6*p:][:6], p*stride, (p+groups)*stride
		outRe, outIm := dstRe[4*n*p:][:4*n], dstIm[4*n*p:][:4*n]
		a, b, e, f := srcRe[in:][:n], srcRe[half:][:n], srcIm[in:][:n], srcIm[half:][:n]
		for q := range n {
			outRe[q], outIm[q] = a[q]+b[q], e[q]+f[q]
			outRe[n+q], outIm[n+q] = times(w, a[q]+f[q], e[q]-b[q])
			outRe[2*n+q], outIm[2*n+q] = times(w[2:], a[q]-b[q], e[q]-f[q])
			outRe[3*n+q], outIm[3*n+q] = times(w[4:], a[q]-f[q], e[q]+b[q])
		}
	}
}

func fourierLast(dstRe, dstIm, srcRe, srcIm []float32, stride int) {
	step := len(srcRe) / 4
	rows := step / FourierColumns
	for row := range rows {
		for q := range FourierColumns {
			i, out := row*FourierColumns+q, row*stride+q
			br, bi, dr, di := srcRe[i+step], srcIm[i+step], srcRe[i+3*step], srcIm[i+3*step]
			ar, ai, cr, ci := srcRe[i], srcIm[i], srcRe[i+2*step], srcIm[i+2*step]
			dstRe[out], dstIm[out] = ar+cr+br+dr, ai+ci+bi+di
			dstRe[out+rows*stride], dstIm[out+rows*stride] = ar-cr+(bi-di), ai-ci-(br-dr)
		}
	}
}

func fourierScaled(dstRe, dstIm, srcRe, srcIm, spectrum []float32) {
	step := len(srcRe) / 4
	for i := range step {
		down := step - i/FourierColumns*FourierColumns + i%FourierColumns // of step + down: row n/2 - row
		s := [...]float32{spectrum[i], spectrum[step+i], spectrum[step+down], spectrum[down]}
		br, bi, dr, di := srcRe[i+step], srcIm[i+step], srcRe[i+3*step], srcIm[i+3*step]
		ar, ai, cr, ci := srcRe[i], srcIm[i], srcRe[i+2*step], srcIm[i+2*step]
		acr, aci, amr, ami := ar+cr, ai+ci, ar-cr, ai-ci
		bdr, bdi, bmr, bmi := br+dr, bi+di, br-dr, bi-di
		dstRe[i], dstIm[i] = s[0]*(acr+bdr), s[0]*(aci+bdi)
		dstRe[i+step], dstIm[i+step] = s[1]*(amr+bmi), s[1]*(ami-bmr)
		dstRe[i+2*step], dstIm[i+2*step] = s[2]*(acr-bdr), s[2]*(aci-bdi)
		dstRe[i+3*step], dstIm[i+3*step] = s[3]*(amr-bmi), s[3]*(ami+bmr)
	}
}

// transposedSum is an operand of transposedSums: where the first block of 8 × 8
// begins, and how far its rows, and the blocks, are apart.
type transposedSum struct {
	data      []float32
	at        int
	row, next int
}

// transposedSums sets each block of dst to the transpose of those of
// a + sign·b.
func transposedSums(dst, a, b transposedSum, sign float32, blocks int) {
	for block := range blocks {
		to, x, y := dst.at+block*dst.next, a.at+block*a.next, b.at+block*b.next
		for i := range 8 {
			for j := range 8 {
				dst.data[to+j*dst.row+i] = a.data[x+i*a.row+j] + sign*b.data[y+i*b.row+j]
			}
		}
	}
}

// SplitSpectra takes the spectra of FourierColumns complex columns apart into
// those of twice as many real ones, doubled: real columns have been transformed
// two as one, a as the real part and b as the imaginary one. joint has n+1 rows
// of FourierColumns numbers, the last a copy of the first. Row c of first gets
// 2·a's spectrum from frequency 0 to n/2-1, and row c of second 2·b's; n/2 is a
// multiple of 8. Rows of first and second are stride apart.
func SplitSpectra(first, second Complexes, stride int, joint Complexes) {
	const row = FourierColumns
	rows, half := len(joint.Re)/row-1, spectraCheck("SplitSpectra", first, second, stride, joint)
	split := func(dst, a, b []float32, sign float32) {
		for c := 0; c < row; c += 8 {
			active.transposedSums(
				transposedSum{dst, c * stride, stride, 8},
				transposedSum{a, c, row, 8 * row},
				transposedSum{b, rows*row + c, -row, -8 * row}, sign, half/8)
		}
	}
	split(first.Re, joint.Re, joint.Re, 1)
	split(first.Im, joint.Im, joint.Im, -1)
	split(second.Re, joint.Im, joint.Im, 1)
	// second.Im = mirrored - joint.Re: as sums of the mirrored rows.
	for c := 0; c < row; c += 8 {
		active.transposedSums(
			transposedSum{second.Im, c * stride, stride, 8},
			transposedSum{joint.Re, rows*row + c, -row, -8 * row},
			transposedSum{joint.Re, c, row, 8 * row}, -1, half/8)
	}
}

// JoinSpectra undoes SplitSpectra, but for the factor 2: it sets joint to
// first + i·second and its mirror image. Frequency n/2 becomes zero. joint's
// last row is not part of the result and gets any number.
func JoinSpectra(joint, first, second Complexes, stride int) {
	const row = FourierColumns
	rows, half := len(joint.Re)/row-1, spectraCheck("JoinSpectra", first, second, stride, joint)
	join := func(dst []float32, mirrored bool, a, b []float32, sign float32) {
		at, step := 0, row
		if mirrored {
			at, step = rows*row, -row
		}
		for c := 0; c < row; c += 8 {
			active.transposedSums(
				transposedSum{dst, at + c, step, 8 * step},
				transposedSum{a, c * stride, stride, 8},
				transposedSum{b, c * stride, stride, 8}, sign, half/8)
		}
	}
	join(joint.Re, true, first.Re, second.Im, 1)
	join(joint.Im, true, second.Re, first.Im, -1)
	join(joint.Re, false, first.Re, second.Im, -1)
	join(joint.Im, false, first.Im, second.Re, 1)
	clear(joint.Re[half*row:][:row])
	clear(joint.Im[half*row:][:row])
}

// spectraCheck returns half the length of the columns.
func spectraCheck(function string, first, second Complexes, stride int, joint Complexes) (half int) {
	half = (len(joint.Re)/FourierColumns - 1) / 2
	if half <= 0 || half%8 != 0 || stride < half {
		panic(fmt.Sprintf("simd: %s: %d frequencies and stride %d, want a positive multiple of 8, at most the stride", function, half, stride))
	}
	joint.check(function, "joint", (2*half+1)*FourierColumns)
	first.check(function, "first", (FourierColumns-1)*stride+half)
	second.check(function, "second", (FourierColumns-1)*stride+half)
	return half
}
