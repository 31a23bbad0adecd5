//go:build !amd64 || noasm

package parallel

// pause lets a moment pass: a loop that only looked again would take the
// memory that others want to write.
func pause() {
	for range 30 {
	}
}
