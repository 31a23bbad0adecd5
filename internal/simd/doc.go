// Package simd holds the float32 kernels that everything else is built on:
// matrix products, activations, the cross-entropy and sums.
//
// Rules for all functions, told once:
//   - Matrices are dense and row-major; a shape is written rows × columns.
//   - Slices must have exactly the lengths that the shapes say. A wrong length
//     is a programming error and panics; nothing here sees unchecked input.
//   - dst must not overlap a source, unless the comment says that it may be
//     the same slice.
//   - A result has the same bits however many processors work on it: work is
//     cut by the shape alone and partial sums are added in the order of the
//     pieces. Another level of kernels may round differently.
//   - NaN goes through the element-wise functions as in the formula given.
//
// The loops of generic.go define what each function means; simd.go checks
// lengths and cuts the work. Forms for a processor's vector units go behind
// the same entry points.
package simd
