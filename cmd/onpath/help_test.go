package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// TestHelpFits: what help says in prose fits into its columns, and what it says of flags but
// for words that are too long for any.
func TestHelpFits(t *testing.T) {
	var check func(*cobra.Command)
	check = func(cmd *cobra.Command) {
		_, flags, _ := strings.Cut(cmd.UsageString(), "\nFlags:\n")
		for line := range strings.Lines(cmd.Long + "\n" + flags) {
			words := strings.Fields(line)
			wide := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > helpWidth
			if prose := !strings.HasPrefix(line, " "); wide && (prose || strings.Contains(flags, line) && len(words) > 4) {
				t.Errorf("%s: %s", cmd.Name(), line)
			}
		}
		for _, c := range cmd.Commands() {
			check(c)
		}
	}
	check(newRoot())
}
