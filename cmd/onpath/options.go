package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"onpath/filter"
	"onpath/flow"
	"onpath/internal/run"
)

// options are what read and packets have in common.
type options struct {
	run    run.Config
	files  []string // of -r
	user   string   // of --user
	linger durations
	times  durations
	find   findings
	nf     firewall
}

// bind declares the flags. Where tcpdump has a flag, it is called the same.
func (o *options) bind(cmd *cobra.Command, formats [][2]string) {
	f := cmd.Flags()
	f.SortFlags = false
	bindCaptures(cmd, &o.files)
	o.bindOutput(cmd, formats)
	bindPrinted(f, &o.run)
	f.BoolVar(&o.run.Merge, "merge", false, "read several files as one stream in the order of time")
	o.bindTable(cmd, flow.DefaultLinger)
}

// bindOutput declares the flags of what is written.
func (o *options) bindOutput(cmd *cobra.Command, formats [][2]string) {
	f := cmd.Flags()
	f.VarP(&outputs{&o.run.Outputs, formats}, "output", "o", fmt.Sprintf("write a format (%s; the first is the default) to standard output or to a file; repeatable", words(formats)))
	f.Uint64VarP(&o.run.Count, "count", "c", 0, "stop after `COUNT` packets (0: all)")
	o.complete(cmd, formats)
}

// bindTable declares the flags of how packets become connections, and of what is told;
// l is the default of --linger.
func (o *options) bindTable(cmd *cobra.Command, l flow.Linger) {
	f := cmd.Flags()
	bindDecoding(f, &o.run)
	f.Var(o.bindLinger(l), "linger", "how long a finished connection waits for late packets")
	f.Var(o.bindTimeouts(), "timeout", "after which silence a connection is written, by what is believed of it; the columns tcpstates… obey it too, closed and reset are theirs alone")
	o.find.bind(cmd)
	o.nf.bind(cmd)
	f.BoolVarP(&o.run.Quiet, "quiet", "q", false, "nothing on standard error but what goes wrong")
	f.BoolP("no-names", "n", false, "accepted for tcpdump's sake: names are never resolved")
	for _, name := range []string{"linger", "timeout", "max-connections", "max-half-open"} {
		must(cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions))
	}
}

func (o *options) complete(cmd *cobra.Command, formats [][2]string) {
	must(cmd.RegisterFlagCompletionFunc("output", func(*cobra.Command, []string, string) (values []string, _ cobra.ShellCompDirective) {
		for _, f := range formats {
			values = append(values, f[0]+"\t"+f[1])
		}
		return values, cobra.ShellCompDirectiveNoSpace
	}))
	must(cmd.RegisterFlagCompletionFunc("count", cobra.NoFileCompletions))
}

// bindCaptures declares -r, and lets completion offer captures for it and for the words.
func bindCaptures(cmd *cobra.Command, files *[]string) {
	cmd.Flags().StringArrayVarP(files, "read", "r", nil, "read capture `FILE`; repeatable, and then the words are the filter")
	cmd.ValidArgsFunction = completeCaptures
	must(cmd.MarkFlagFilename("read", captureFiles...))
}

// completeCaptures offers captures for the words.
func completeCaptures(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return captureFiles, cobra.ShellCompDirectiveFilterFileExt
}

// must panics where a flag is named that does not exist: any test shows it.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (o *options) bindLinger(l flow.Linger) *durations {
	o.run.Flow.Linger = &l
	o.linger = durations{zero: true, all: true, parts: []duration{{"reset", &l.AfterReset}, {"close", &l.AfterClose}}}
	return &o.linger
}

func (o *options) bindTimeouts() *durations {
	o.run.Flow.Timeouts = flow.DefaultTimeouts
	t := &o.run.Flow.Timeouts
	o.times = durations{parts: []duration{
		{"new", &t.New}, {"established", &t.Established}, {"closing", &t.Closing}, {"closed", &t.Closed}, {"reset", &t.Reset},
	}}
	return &o.times
}

// filesOf tells captures from filter among the words, as tcpdump would; read are those of
// -r. Without words for it the filter is nil.
func filesOf(cmd *cobra.Command, read, args []string) (files []string, f *filter.Filter, err error) {
	files, words := args, []string(nil)
	if dash := cmd.ArgsLenAtDash(); dash >= 0 {
		files, words = args[:dash], args[dash:]
	}
	if len(read) > 0 {
		files, words = read, args
	}
	if len(files) == 0 {
		return nil, nil, errors.New("no capture given: name a FILE, or - for standard input")
	}
	if len(words) == 0 {
		return files, nil, misplaced(files)
	}
	f, err = filter.Parse(strings.Join(words, " "))
	return files, f, err
}

// misplaced refuses a filter that stands where captures do.
func misplaced(files []string) error {
	for i, name := range files {
		if _, err := os.Stat(name); i == 0 || !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		words := strings.Join(files[i:], " ")
		if _, err := filter.Parse(words); err == nil {
			return fmt.Errorf("%s: no such file; if it begins a filter, put -- before it: %s -- %s", name, strings.Join(files[:i], " "), words)
		}
		return nil
	}
	return nil
}

// config returns what the words and flags say.
func (o *options) config(cmd *cobra.Command, args []string) (run.Config, error) {
	files, selected, err := filesOf(cmd, o.files, args)
	if err != nil {
		return o.run, err
	}
	o.run.Files, o.run.Filter = files, selected
	return o.checked(cmd)
}

// checked returns what the flags say beyond where packets come from.
func (o *options) checked(cmd *cobra.Command) (run.Config, error) {
	o.run.Netfilter, o.run.Version = o.nf.config(cmd), "onpath "+version()
	return o.run, errors.Join(checkPrinted(&o.run), checkMaxConnections(&o.run), o.find.config(&o.run), noSamePlace(&o.run))
}

// bindDecoding declares the flags on which it depends what is made of a packet, whatever
// comes out.
func bindDecoding(f *pflag.FlagSet, c *run.Config) {
	f.BoolVarP(&c.Decoder.NoChecksums, "dont-verify-checksums", "K", false, "leave checksums unverified")
	f.IntVar(&c.Flow.MaxConnections, "max-connections", flow.DefaultMaxConnections, "remember at most `N` connections at once")
	f.IntVar(&c.Flow.MaxHalfOpen, "max-half-open", 0, "of them at most `N` that are not established; one more pushes out the oldest of these (0: half of --max-connections)")
}

// bindPrinted declares --text.
func bindPrinted(f *pflag.FlagSet, c *run.Config) {
	f.BoolVar(&c.Printed, "text", false, "FILE is what tcpdump printed, not a capture; what else stands in it is skipped")
}

// checkPrinted refuses what texts cannot have: an order between them.
func checkPrinted(c *run.Config) error {
	if c.Printed && c.Merge {
		return errors.New("--merge puts captures in the order of time, and texts tell no date; give --text without it")
	}
	return nil
}

// checkMaxConnections refuses caps that no table can have.
func checkMaxConnections(c *run.Config) error {
	if n := c.Flow.MaxConnections; n < 1 || n > flow.MaxMaxConnections {
		return fmt.Errorf("--max-connections %d: must be from 1 to %d", n, flow.MaxMaxConnections)
	}
	if n := c.Flow.MaxHalfOpen; n < 0 || n > flow.MaxMaxConnections {
		return fmt.Errorf("--max-half-open %d: must be from 1 to %d, or 0 for half of --max-connections", n, flow.MaxMaxConnections)
	}
	return nil
}
