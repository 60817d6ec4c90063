package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"onpath/compat/tcpstates"
	"onpath/record"
)

const columnsExample = `  onpath columns
  onpath columns outcome
  onpath columns tcpstates 0x43`

const columnsLong = `Print the catalogue of columns, or what one of them means. docs/columns.md has the
same. With flags behind tcpstates, tcpstates_client or tcpstates_server, print what
each of them means.`

// flagColumns are those whose values are tcpstates.Flags.
var flagColumns = []string{"tcpstates", "tcpstates_client", "tcpstates_server"}

func newColumns() *cobra.Command {
	return &cobra.Command{
		Use:               "columns [NAME [FLAGS]]",
		Short:             "what the columns of read and packets mean",
		Long:              columnsLong,
		Example:           columnsExample,
		Args:              cobra.MaximumNArgs(2),
		ValidArgsFunction: completeColumns,
		RunE: func(cmd *cobra.Command, args []string) error {
			w := cmd.OutOrStdout()
			if len(args) == 2 {
				return explainFlags(w, args[0], args[1])
			}
			if len(args) == 0 {
				catalogue(w, "read", record.Columns())
				catalogue(w, "packets", record.PacketColumns())
				return nil
			}
			return explainColumn(w, args[0])
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

// explainColumn tells all about the columns of that name, and of flags what they
// are.
func explainColumn(w io.Writer, name string) error {
	found := explain(w, "read", record.ByName(record.Columns(), name))
	found = explain(w, "packets", record.ByName(record.PacketColumns(), name)) || found
	if !found {
		return fmt.Errorf("no column %q: onpath columns lists them", name)
	}
	if slices.Contains(flagColumns, name) {
		for _, b := range tcpstates.Bits() {
			fmt.Fprintf(w, "  %v  %s\n", b.Bit, b.Name)
		}
	}
	return explainValues(w, name)
}

// explainValues tells what each value of a column means that has few.
func explainValues(w io.Writer, name string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, v := range record.Values(name) {
		fmt.Fprintf(t, "  %s\t%s\n", v.Name, v.Doc)
	}
	return t.Flush()
}

// explain tells all about a column, and whether there is one.
func explain[R any](w io.Writer, verb string, c *record.Column[R]) bool {
	if c == nil {
		return false
	}
	fmt.Fprintf(w, "%s of onpath %s (%s)\n  %s\n  source: %s\n", c.Name, verb, unit(c), c.Doc, c.Source)
	return true
}

// explainFlags tells what a value of one of flagColumns means.
func explainFlags(w io.Writer, column, value string) error {
	if !slices.Contains(flagColumns, column) {
		return fmt.Errorf("a value is explained of %s only, not of %q", strings.Join(flagColumns, ", "), column)
	}
	f, ok := tcpstates.ParseFlags(value)
	if !ok {
		return fmt.Errorf("%q: want flags from 0x00 to 0xff", value)
	}
	_, err := io.WriteString(w, f.Explain())
	return err
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
