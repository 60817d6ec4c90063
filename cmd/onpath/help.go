package main

import (
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// helpWidth is how many columns help takes: those of the narrowest usual terminal.
const helpWidth = 80

// fitHelp fills the text of a command and of those below it, and breaks the lines of flags.
func fitHelp(cmd *cobra.Command) {
	cmd.Long = filled(cmd.Long)
	for _, c := range cmd.Commands() {
		fitHelp(c)
	}
	if !cmd.HasParent() {
		cmd.SetUsageTemplate(strings.ReplaceAll(cmd.UsageTemplate(), "Flags.FlagUsages", "Flags.FlagUsagesWrapped 80"))
	}
}

// filled breaks the lines of paragraphs anew, but for those that are indented.
func filled(text string) string {
	paragraphs := strings.Split(text, "\n\n")
	for i, p := range paragraphs {
		if !asItIs(p) {
			paragraphs[i] = fill(p)
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

// asItIs reports whether the lines of a paragraph of help mean something.
func asItIs(p string) bool { return strings.HasPrefix(p, " ") || strings.Contains(p, "\n ") }

// fill puts as many words into a line as fit.
func fill(p string) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(p) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > helpWidth:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}
