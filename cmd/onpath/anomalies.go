package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"onpath/anomaly"
)

const anomaliesExample = `  onpath anomalies
  onpath anomalies ack-of-unsent-data
  onpath anomalies stream.est_invalid_ack       # Suricata's name for it
  onpath anomalies --family sack --tier 1
  onpath anomalies --severity violation -o tsv
  onpath anomalies --peer zeek                  # what Zeek reports, and its names`

const anomaliesLong = `Print the catalogue of anomalies, or all that is known of one: its condition, what
must hold for it to be judged, what can make it false, where it is written, and what
other programs call it. NAME is ours, or that of Suricata, Zeek, Wireshark or Snort.
docs/anomalies.md has the same; docs/findings.md tells how they are found.`

// chosen is which rows are asked for, and how they are to be written.
type chosen struct {
	family, severity, peer string // "": any
	tier                   int    // 0: any
	format                 string
}

func newAnomalies() *cobra.Command {
	c := &chosen{}
	cmd := &cobra.Command{
		Use:               "anomalies [NAME]",
		Short:             "what onpath calls an anomaly, and what other programs call it",
		Long:              anomaliesLong,
		Example:           anomaliesExample,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeAnomalies,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.run(cmd.OutOrStdout(), args)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&c.family, "family", "", "only those of `FAMILY`: "+strings.Join(names(anomaly.Families()), ", "))
	f.StringVar(&c.severity, "severity", "", "only those of `SEVERITY`: "+strings.Join(names(anomaly.Severities()), ", "))
	f.IntVar(&c.tier, "tier", 0, "only those of tier `N`: 1 comes first, 2 later, 3 holds metrics and what needs more evidence")
	f.StringVar(&c.peer, "peer", "", "only those that `PROGRAM` reports, with its names: "+strings.Join(names(anomaly.Peers()), ", "))
	f.StringVarP(&c.format, "output", "o", catalogueFormats[0].name, "write a `FORMAT`: "+formatList())
	c.complete(cmd)
	return cmd
}

// complete offers the values of the flags.
func (c *chosen) complete(cmd *cobra.Command) {
	var formats []string
	for _, f := range catalogueFormats {
		formats = append(formats, f.name+"\t"+f.doc)
	}
	for flag, values := range map[string][]string{
		"family":   described(anomaly.Families()),
		"severity": described(anomaly.Severities()),
		"peer":     described(anomaly.Peers()),
		"tier":     {"1", "2", "3"},
		"output":   formats,
	} {
		must(cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)))
	}
}

func completeAnomalies(_ *cobra.Command, args []string, _ string) (list []string, _ cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	for _, r := range anomaly.Rows() {
		list = append(list, r.Name+"\t"+r.Rule)
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

// run writes the rows that were asked for.
func (c *chosen) run(w io.Writer, args []string) error {
	i := slices.IndexFunc(catalogueFormats, func(f catalogueFormat) bool { return f.name == c.format })
	if i < 0 {
		return fmt.Errorf("unknown format %q, there are %s", c.format, formatList())
	}
	format := &catalogueFormats[i]
	rows, err := c.rows()
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return format.write(w, rows, c.peer)
	}
	named, err := byAnyName(args[0])
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(r anomaly.Row) bool { return !named.Has(r.ID) })
	if len(rows) == 0 {
		return fmt.Errorf("%s is an anomaly, but not one that the flags leave", args[0])
	}
	if format.explain != nil {
		return format.explain(w, rows)
	}
	return format.write(w, rows, c.peer)
}

// rows returns those that the flags leave, in catalogue order.
func (c *chosen) rows() ([]anomaly.Row, error) {
	family, err := parsed("family", c.family, anomaly.Families())
	if err != nil {
		return nil, err
	}
	severity, err := parsed("severity", c.severity, anomaly.Severities())
	if err != nil {
		return nil, err
	}
	peer, err := parsed("peer", c.peer, anomaly.Peers())
	if err != nil {
		return nil, err
	}
	if c.tier < 0 || c.tier > 3 {
		return nil, fmt.Errorf("--tier %d: there are 1, 2 and 3", c.tier)
	}
	rows := slices.Clone(anomaly.Rows())
	return slices.DeleteFunc(rows, func(r anomaly.Row) bool {
		return c.family != "" && r.Family != family || c.severity != "" && r.Severity != severity ||
			c.tier != 0 && int(r.Tier) != c.tier || c.peer != "" && len(r.ID.Aliases(peer)) == 0
	}), nil
}

// byAnyName returns the rows of a name, be it ours or a peer's.
func byAnyName(name string) (found anomaly.Set, err error) {
	if id, ok := anomaly.Lookup(name); ok {
		return anomaly.SetOf(id), nil
	}
	var known []string
	for _, p := range anomaly.Peers() {
		for _, a := range anomaly.Crosswalk(p) {
			known = append(known, a.Name)
			if a.Name == name {
				found = found.Union(anomaly.SetOf(a.IDs...))
			}
		}
	}
	if found.Len() > 0 {
		return found, nil
	}
	for _, r := range anomaly.Rows() {
		known = append(known, r.Name)
	}
	return found, fmt.Errorf("no anomaly %q%s: onpath anomalies lists them", name, didYouMean(name, known))
}

// formatList lists the formats.
func formatList() string {
	var list [][2]string
	for _, f := range catalogueFormats {
		list = append(list, [2]string{f.name, f.doc})
	}
	return words(list)
}

// A word of the catalogue knows its name and its meaning.
type word interface {
	fmt.Stringer
	Doc() string
}

// names returns the names of words.
func names[W word](all []W) (list []string) {
	for _, w := range all {
		list = append(list, w.String())
	}
	return list
}

// described returns the names with what they mean, for completion.
func described[W word](all []W) (list []string) {
	for _, w := range all {
		list = append(list, w.String()+"\t"+w.Doc())
	}
	return list
}

// parsed returns the word that the text of a flag names; where the flag is not
// given, any.
func parsed[W word](flag, text string, all []W) (found W, err error) {
	i := slices.Index(names(all), text)
	switch {
	case i >= 0:
		return all[i], nil
	case text == "":
		return found, nil
	}
	return found, fmt.Errorf("--%s %s: no such %s%s, there are %s", flag, text, flag, didYouMean(text, names(all)), strings.Join(names(all), ", "))
}
