package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// terminalWidth returns a console's number of columns, or 0 if it does not tell.
func terminalWidth(f *os.File) int {
	var info windows.ConsoleScreenBufferInfo
	if err := windows.GetConsoleScreenBufferInfo(windows.Handle(f.Fd()), &info); err != nil {
		return 0
	}
	return int(info.Window.Right-info.Window.Left) + 1
}
