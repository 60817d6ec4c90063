package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
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
			return worked(writePages(root, args[0]))
		},
	}
}

// writePages writes a page for the program and one for each of its commands.
func writePages(root *cobra.Command, dir string) error {
	date, err := pageDate()
	if err != nil {
		return err
	}
	for _, cmd := range append(pageCommands(root), root) {
		path := filepath.Join(dir, pageName(cmd)+".1")
		if err := os.WriteFile(path, []byte(page(cmd, date)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// pageDate returns the date of the pages: today, or for who wants the same pages again,
// SOURCE_DATE_EPOCH (reproducible-builds.org), in seconds.
func pageDate() (string, error) {
	at := time.Now()
	if epoch := os.Getenv("SOURCE_DATE_EPOCH"); epoch != "" {
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return "", fmt.Errorf("SOURCE_DATE_EPOCH=%s: %w: give seconds since 1970", epoch, err)
		}
		at = time.Unix(seconds, 0)
	}
	return at.UTC().Format(time.DateOnly), nil
}

// pageCommands returns the commands that have a page: all but those of cobra, whose help
// is enough.
func pageCommands(root *cobra.Command) (all []*cobra.Command) {
	for _, cmd := range root.Commands() {
		if !cmd.Hidden && cmd.Name() != "help" && cmd.Name() != "completion" {
			all = append(all, cmd)
		}
	}
	return all
}

func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// page returns the page of a command, in the macros of man(7).
func page(cmd *cobra.Command, date string) string {
	var b strings.Builder
	name := pageName(cmd)
	fmt.Fprintf(&b, ".TH %s 1 %s \"onpath\" \"User Commands\"\n", strings.ToUpper(roff(name)), date)
	b.WriteString(".nh\n.ad l\n") // words such as --evidence-on stay whole
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(name), roff(cmd.Short))
	b.WriteString(".SH SYNOPSIS\n")
	synopsis(&b, cmd)
	section(&b, "DESCRIPTION", description(cmd))
	if cmd.HasAvailableSubCommands() {
		b.WriteString(".SH COMMANDS\n")
		for _, sub := range pageCommands(cmd) {
			fmt.Fprintf(&b, ".TP\n.BR %s (1)\n%s\n", roff(pageName(sub)), roff(sub.Short))
		}
	}
	flags(&b, cmd)
	if cmd.Example != "" {
		fmt.Fprintf(&b, ".SH EXAMPLES\n.nf\n%s\n.fi\n", roff(unindented(cmd.Example)))
	}
	if cmd.HasParent() {
		section(&b, "EXIT STATUS", exitStatus())
	}
	seeAlso(&b, cmd)
	return b.String()
}

// description is the long help; the exit codes stand in a section of their own.
func description(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return cmd.Long
	}
	return strings.TrimSpace(strings.ReplaceAll(cmd.Long, exitStatus(), ""))
}

// exitStatus is the paragraph of the program's help that tells the exit codes.
func exitStatus() string {
	for p := range strings.SplitSeq(rootLong, "\n\n") {
		if strings.HasPrefix(p, "The exit code") {
			return p
		}
	}
	return ""
}

func synopsis(b *strings.Builder, cmd *cobra.Command) {
	if !cmd.HasParent() {
		b.WriteString(".B onpath\n.I COMMAND\n[\\fIflags\\fR] [\\fIarguments\\fR]\n")
		return
	}
	words := strings.Fields(cmd.UseLine())
	fmt.Fprintf(b, ".B %s\n%s\n", roff(strings.Join(words[:2], " ")), roff(strings.Join(words[2:], " ")))
}

// section writes paragraphs, which blank lines part.
func section(b *strings.Builder, title, text string) {
	fmt.Fprintf(b, ".SH %s\n", title)
	for i, p := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			b.WriteString(".PP\n")
		}
		paragraph(b, p)
	}
}

// paragraph writes text that is filled, or as it is where the help indents its lines.
func paragraph(b *strings.Builder, p string) {
	if asItIs(p) {
		fmt.Fprintf(b, ".nf\n%s\n.fi\n", roff(p))
		return
	}
	b.WriteString(roff(p) + "\n")
}

// aFlag is a line of the help's flags: -i, --interface INTERFACE   what it does.
var aFlag = regexp.MustCompile(`^ +((?:-., )?--[^ ]+)(?: ([^ ]+))? {2,}(.*)$`)

// flags writes what the help says of them.
func flags(b *strings.Builder, cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	b.WriteString(".SH OPTIONS\n")
	for line := range strings.Lines(cmd.LocalFlags().FlagUsages()) {
		f := aFlag.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if f == nil {
			panic("no flag: " + line) // any test shows it
		}
		fmt.Fprintf(b, ".TP\n\\fB%s\\fR", roff(f[1]))
		if f[2] != "" {
			fmt.Fprintf(b, " \\fI%s\\fR", roff(f[2]))
		}
		fmt.Fprintf(b, "\n%s\n", roff(f[3]))
	}
}

// seeAlso names the other pages, and the program whose filters these are.
func seeAlso(b *strings.Builder, cmd *cobra.Command) {
	b.WriteString(".SH SEE ALSO\n")
	for _, other := range append([]*cobra.Command{cmd.Root()}, pageCommands(cmd.Root())...) {
		if other != cmd {
			fmt.Fprintf(b, ".BR %s (1),\n", roff(pageName(other)))
		}
	}
	b.WriteString(".BR pcap\\-filter (7),\n.BR tcpdump (8)\n")
}

// unindented takes the two blanks off that help has in front of examples.
func unindented(text string) string {
	return strings.TrimPrefix(strings.ReplaceAll(text, "\n  ", "\n"), "  ")
}

// escapes keeps roff from reading text as requests, and hyphens as anything else than
// what is typed.
var escapes = strings.NewReplacer(`\`, `\e`, "-", `\-`, "\n.", "\n\\&.", "\n'", "\n\\&'", "\t", "    ")

func roff(text string) string {
	return strings.TrimPrefix(escapes.Replace("\n"+text), "\n")
}
