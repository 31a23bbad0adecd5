//go:build !darwin && !dragonfly && !freebsd && !linux && !netbsd && !openbsd && !windows

package main

import "os"

// terminalWidth knows nothing here.
func terminalWidth(*os.File) int { return 0 }
