package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"onpath/anomaly"
	"onpath/check"
	"onpath/internal/run"
)

const findingsLong = `

What is strange about a connection is a finding: it names an anomaly (onpath anomalies
explains it), who did it, the mildest explanation that fits, and the numbers that show
it. docs/findings.md tells how to read one. -o findings writes all of them, one JSON
object a line, as connections end. --min-severity, --only and --except say what is
looked for. With --fail-on the exit code is 3 if anything of that severity or a
stronger one was found.`

const findingsRead = ` The table's column FINDING has the strongest of each connection, behind
!! a violation, behind ! what is suspicious, and how often it was shown.`

const findingsPackets = ` Lines end with what the packet showed, be it of an earlier one.`

// findings are the flags that say what is looked for.
type findings struct {
	only, except rows
	least, fail  severity
	overlap      memory
}

func (x *findings) bind(cmd *cobra.Command) {
	x.overlap.octets = check.DefaultOverlap
	f := cmd.Flags()
	f.Var(&x.least, "min-severity", "find nothing milder than `SEVERITY`: "+strings.Join(names(anomaly.Severities()), ", "))
	f.Var(&x.only, "only", "look for these anomalies alone: `ID,...`, or family:NAME; repeatable")
	f.Var(&x.except, "except", "do not look for these: `ID,...`, or family:NAME; repeatable")
	f.Var(&x.fail, "fail-on", "exit with code 3 if anything of `SEVERITY` or stronger was found")
	f.Var(&x.overlap, "overlap-memory", "hold notes of what passed in so much memory, to find what comes again with other content; 0: none")
	x.complete(cmd)
}

func (x *findings) complete(cmd *cobra.Command) {
	severities := cobra.FixedCompletions(described(anomaly.Severities()), cobra.ShellCompDirectiveNoFileComp)
	for flag, complete := range map[string]cobra.CompletionFunc{
		"min-severity": severities, "fail-on": severities,
		"only": completeRows, "except": completeRows, "overlap-memory": cobra.NoFileCompletions,
	} {
		must(cmd.RegisterFlagCompletionFunc(flag, complete))
	}
}

// config puts what the flags say into c.
func (x *findings) config(c *run.Config) error {
	if x.fail != 0 && x.fail < x.least {
		return fmt.Errorf("nothing milder than --min-severity %v is found: --fail-on %v would miss it", &x.least, &x.fail)
	}
	if err := x.canFail(); err != nil {
		return err
	}
	r := &c.Flow.Rules
	r.Off, r.Least, c.FailOn = x.off(), anomaly.Severity(x.least), anomaly.Severity(x.fail)
	if r.Overlap = int(x.overlap.octets); r.Overlap == 0 {
		r.Overlap = -1 // 0 would be the default
	}
	return nil
}

// canFail refuses a --fail-on that nothing which is looked for can reach.
func (x *findings) canFail() error {
	var strongest anomaly.Severity
	off := x.off()
	for id := range check.Asked().All() {
		if !off.Has(id) {
			strongest = max(strongest, check.Strongest(id))
		}
	}
	if x.fail > severity(strongest) {
		return fmt.Errorf("what --only and --except leave is %v at most: --fail-on %v would never fail", strongest, &x.fail)
	}
	return nil
}

// off returns the rows that are not asked about.
func (x *findings) off() (off anomaly.Set) {
	off = anomaly.Set(x.except)
	if x.only == (rows{}) {
		return off
	}
	for _, r := range anomaly.Rows() {
		if !(*anomaly.Set)(&x.only).Has(r.ID) {
			off.Add(r.ID)
		}
	}
	return off
}

// rows is the value of --only and --except.
type rows anomaly.Set

func (s *rows) Type() string   { return "ID,..." }
func (s *rows) String() string { return "" }

// Set takes rows more: by name, ours or a peer's, or by family.
func (s *rows) Set(text string) error {
	for name := range strings.SplitSeq(text, ",") {
		more, err := rowsOf(name)
		if err != nil {
			return err
		}
		*s = rows(anomaly.Set(*s).Union(more))
	}
	return nil
}

// ofFamily stands in front of a family's name.
const ofFamily = "family:"

// rowsOf returns the rows that name stands for, if rules decide any.
func rowsOf(name string) (found anomaly.Set, err error) {
	family, isFamily := strings.CutPrefix(name, ofFamily)
	if isFamily {
		found, err = inFamily(family)
	} else {
		found, err = byAnyName(name)
	}
	if err != nil {
		return found, err
	}
	for id := range found.All() {
		if asked := check.Asked(); asked.Has(id) {
			return found, nil
		}
	}
	return found, fmt.Errorf("this version has no rule for %s", name)
}

func inFamily(name string) (found anomaly.Set, err error) {
	family, ok := anomaly.ParseFamily(name)
	if !ok {
		all := names(anomaly.Families())
		return found, fmt.Errorf("no family %q%s, there are %s", name, didYouMean(name, all), strings.Join(all, ", "))
	}
	for _, r := range anomaly.Rows() {
		if r.Family == family {
			found.Add(r.ID)
		}
	}
	return found, nil
}

// completeRows completes the last name of a list.
func completeRows(_ *cobra.Command, _ []string, typed string) (list []string, _ cobra.ShellCompDirective) {
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	asked := check.Asked()
	for _, r := range anomaly.Rows() {
		if asked.Has(r.ID) {
			list = append(list, before+r.Name+"\t"+r.Rule)
		}
	}
	for _, f := range described(anomaly.Families()) {
		list = append(list, before+ofFamily+f)
	}
	return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// severity is the value of --min-severity and --fail-on; 0: not given.
type severity anomaly.Severity

func (s *severity) Type() string { return "SEVERITY" }
func (s *severity) String() string {
	if *s == 0 {
		return ""
	}
	return anomaly.Severity(*s).String()
}

// Set takes the name of a severity.
func (s *severity) Set(text string) error {
	of, ok := anomaly.ParseSeverity(text)
	if !ok {
		all := names(anomaly.Severities())
		return fmt.Errorf("no such severity%s, there are %s", didYouMean(text, all), strings.Join(all, ", "))
	}
	*s = severity(of)
	return nil
}

// octets is the value of --evidence-disk, and what a memory is made of.
type octets int

func (o *octets) Type() string { return "SIZE" }

// String shows a default, which is whole in the largest of the units that fit.
func (o *octets) String() string {
	for _, u := range [...]int{2, 1, 0} {
		if n := int(*o) >> units[u].shift; n > 0 {
			return strconv.Itoa(n) + units[u].name
		}
	}
	return strconv.Itoa(int(*o))
}

// units are what may stand behind a size.
var units = [...]struct {
	name  string
	shift uint
}{{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"K", 10}, {"M", 20}, {"G", 30}, {"", 0}}

// maxOctets bounds a size: what is more is a mistake.
const maxOctets = 1 << 40

// Set takes a size such as 64MiB, 64M or 67108864.
func (o *octets) Set(text string) error {
	for _, u := range units {
		digits, has := strings.CutSuffix(text, u.name)
		if !has {
			continue
		}
		n, err := strconv.ParseUint(digits, 10, 64)
		if err != nil || n > maxOctets>>u.shift {
			break
		}
		*o = octets(n << u.shift)
		return nil
	}
	return errors.New("want a size such as 64MiB, or 0")
}
