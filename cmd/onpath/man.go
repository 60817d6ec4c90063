package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newMan is hidden: it is for who packages onpath.
func newMan(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:     "man DIR",
		Short:   "write the manual pages into a directory",
		Example: "  onpath man /usr/local/share/man/man1",
		Hidden:  true,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			root.DisableAutoGenTag = true                                                 // the same pages every time
			header := &doc.GenManHeader{Section: "1", Source: "onpath", Manual: "onpath"} // dated by SOURCE_DATE_EPOCH
			return worked(doc.GenManTree(root, header, args[0]))
		},
	}
}
