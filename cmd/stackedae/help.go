// This file prints the help of the whole program, which is to fit a screen.

package main

import (
	"fmt"

	"github.com/alecthomas/kong"
)

// printHelp prints the help of the command that is chosen, as kong lays it out, and
// else a line for every command.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	if ctx.Selected() != nil {
		return kong.DefaultHelpPrinter(options, ctx)
	}
	var commands, flags [][]string
	for _, c := range ctx.Model.Children {
		if !c.Hidden {
			commands = append(commands, []string{c.Name, c.Help})
		}
	}
	for _, f := range ctx.Model.Flags {
		name := "--" + f.Name
		if f.Short != 0 {
			name = fmt.Sprintf("-%c, %s", f.Short, name)
		}
		flags = append(flags, []string{name, f.Help})
	}
	_, err := fmt.Fprintf(ctx.Stdout, "Usage: %s [<command>] [flags]\n%s\n\nCommands; <command> --help tells their flags, and gives an example:\n%sFlags:\n%s",
		ctx.Model.Name, ctx.Model.Help, twoColumns(commands), twoColumns(flags))
	return err
}

// twoColumns lays names and what they mean out as lines.
func twoColumns(rows [][]string) string {
	width := 0
	for _, r := range rows {
		width = max(width, len(r[0]))
	}
	text := ""
	for _, r := range rows {
		text += fmt.Sprintf("  %-*s  %s\n", width, r[0], r[1])
	}
	return text
}
