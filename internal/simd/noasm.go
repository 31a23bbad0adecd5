//go:build !amd64 || noasm

package simd

// assembly returns no level: there is no assembly for this processor, or it
// was left out by the build tag noasm.
func assembly() []*kernels { return nil }
