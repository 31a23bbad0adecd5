// This file names the level of kernels in use.

package simd

import (
	"fmt"
	"os"
)

// LevelVariable is the environment variable that forces a level of kernels.
const LevelVariable = "STACKEDAE_SIMD"

// Generic is the level of plain Go loops, which every processor has.
const Generic = "generic"

// Level returns the level of kernels in use, or an error if LevelVariable asks
// for one that is unknown or not to be had here.
func Level() (string, error) {
	switch want := os.Getenv(LevelVariable); want {
	case "", Generic:
		return Generic, nil
	default:
		return "", fmt.Errorf("simd: %s is %q, want %q or unset", LevelVariable, want, Generic)
	}
}
