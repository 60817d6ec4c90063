package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"onpath/filter"
	"onpath/flow"
	"onpath/internal/run"
)

const topLong = `Show the open connections on the terminal, of interfaces or of a capture: those with
the highest rate first, or those with the most retransmissions, the longest round trip,
the worst findings or the highest age (keys r t l f a).

Enter opens a connection: what was found of it, its last packets, and both its virtual
stacks; Esc goes back. / shows only rows in whose addresses, ports, states, outcomes and
findings all typed words stand, p stops the screen, ? tells of all keys. After q the
summary follows.

--replay FILE plays a capture in its own time, --speed 10 ten times as fast, --speed 0 as
fast as it goes; p stops the replay too. At its end the screen stays, with what is open
then. The words are the filter; --replay may be repeated, and captures follow one another.

Rates are in octets of IP a second, smoothed over 2 s. Many connections are looked at in
turns, 32,768 at a time. The screen is drawn four times a second; it has no
colour with --no-color, with NO_COLOR set or TERM=dumb, and only ASCII where the locale
has no UTF-8. docs/top.md has a picture.`

const topExample = `  sudo onpath top -i eth0
  sudo onpath top -i any tcp port 443`

func newTop() *cobra.Command {
	var o options
	var look run.Screen
	cmd := &cobra.Command{
		Use:     "top [flags] {-i INTERFACE | --replay FILE} [FILTER]",
		Short:   "the open connections on the terminal",
		Long:    topLong + userLong,
		Example: topExample,
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := o.watched(args)
			if err == nil {
				err = checkSpeed(look.Speed)
			}
			if err != nil {
				return err
			}
			look.ASCII = !hasUTF8(os.Getenv)
			look.Plain = look.Plain || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb"
			return worked(run.Top(c, look))
		},
	}
	o.bindWatched(cmd)
	f := cmd.Flags()
	f.Float64Var(&look.Speed, "speed", 1, "replay `N` times as fast as it was captured (0: as fast as it goes)")
	f.BoolVar(&look.Plain, "no-color", false, "no colour")
	f.BoolVarP(&o.run.Quiet, "quiet", "q", false, "no summary")
	must(cmd.RegisterFlagCompletionFunc("speed", cobra.NoFileCompletions))
	return cmd
}

// bindWatched declares the flags of what top watches.
func (o *options) bindWatched(cmd *cobra.Command) {
	f := cmd.Flags()
	f.SortFlags = false
	o.bindCapture(cmd)
	o.bindUser(cmd)
	f.StringArrayVar(&o.files, "replay", nil, "play capture `FILE`; repeatable")
	must(cmd.MarkFlagFilename("replay", captureFiles...))
	bindDecoding(f, &o.run)
	f.Var(o.bindLinger(flow.Linger{AfterReset: liveLinger, AfterClose: liveLinger}), "linger", "how long a finished connection stays on the screen")
	for _, name := range []string{"linger", "max-connections", "max-half-open"} {
		must(cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions))
	}
}

// watched returns what the words and flags say.
func (o *options) watched(args []string) (c run.Config, err error) {
	in := &o.run.Capture
	switch {
	case len(o.files) > 0 && len(in.Interfaces) > 0:
		return c, errors.New("-i captures and --replay plays a capture: give one of them")
	case len(o.files) > 0:
		o.run.Files = o.files
	default:
		err = checkInterfaces(in.Interfaces)
	}
	if err == nil && in.Snaplen < 0 {
		err = fmt.Errorf("-s %d: must not be negative", in.Snaplen)
	}
	if err == nil && len(args) > 0 {
		o.run.Filter, err = filter.Parse(strings.Join(args, " "))
	}
	if err == nil && len(o.files) == 0 {
		err = o.privileges(in)
	}
	return o.run, errors.Join(err, checkMaxConnections(&o.run))
}

// checkSpeed refuses a speed at which nothing would ever come.
func checkSpeed(n float64) error {
	if n >= 0 && n <= 1e6 {
		return nil
	}
	return fmt.Errorf("--speed %v: must be from 0 to 1000000", n)
}

// hasUTF8 reports whether the locale's characters are UTF-8, by the variable that counts
// (POSIX.1-2024 XBD 8.2).
func hasUTF8(env func(string) string) bool {
	locale := strings.ToUpper(cmp.Or(env("LC_ALL"), env("LC_CTYPE"), env("LANG")))
	return strings.Contains(locale, "UTF-8") || strings.Contains(locale, "UTF8")
}
