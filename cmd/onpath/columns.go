package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"onpath/record"
)

const columnsExample = `  onpath columns
  onpath columns community_id`

func newColumns() *cobra.Command {
	return &cobra.Command{
		Use:               "columns [NAME]",
		Short:             "what the columns of read and packets mean",
		Long:              "Print the catalogue of columns, or what one of them means. docs/columns.md has the same.",
		Example:           columnsExample,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeColumns,
		RunE: func(cmd *cobra.Command, args []string) error {
			w := cmd.OutOrStdout()
			if len(args) == 0 {
				catalogue(w, "read", record.Columns())
				catalogue(w, "packets", record.PacketColumns())
				return nil
			}
			found := explain(w, "read", record.ByName(record.Columns(), args[0]))
			found = explain(w, "packets", record.ByName(record.PacketColumns(), args[0])) || found
			if !found {
				return fmt.Errorf("no column %q: onpath columns lists them", args[0])
			}
			return nil
		},
	}
}

// catalogue lists the columns of a verb.
func catalogue[R any](w io.Writer, verb string, columns []record.Column[R]) {
	fmt.Fprintf(w, "onpath %s\n", verb)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range columns {
		fmt.Fprintf(t, "  %s\t%s\t%s\n", c.Name, unit(&c), c.Doc)
	}
	t.Flush()
}

// explain tells all about a column, and whether there is one.
func explain[R any](w io.Writer, verb string, c *record.Column[R]) bool {
	if c == nil {
		return false
	}
	fmt.Fprintf(w, "%s of onpath %s (%s)\n  %s\n  source: %s\n", c.Name, verb, unit(c), c.Doc, c.Source)
	return true
}

// unit returns the type, and the unit if there is one.
func unit[R any](c *record.Column[R]) string {
	if c.Unit == "" {
		return c.Type.String()
	}
	return c.Type.String() + ", " + c.Unit
}

func completeColumns(_ *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	for _, c := range record.Columns() {
		names = append(names, c.Name+"\t"+c.Doc)
	}
	for _, c := range record.PacketColumns() {
		if record.ByName(record.Columns(), c.Name) == nil {
			names = append(names, c.Name+"\t"+c.Doc)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
