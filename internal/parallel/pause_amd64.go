//go:build !noasm

package parallel

// pause tells the processor that the program waits in a loop.
func pause()
