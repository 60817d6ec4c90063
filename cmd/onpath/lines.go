package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"onpath/compat/tcpdump"
	"onpath/internal/run"
)

const linesLong = `

The format text is tcpdump's line as version 4.99.3 prints it with -n, through
"length N": what tcpdump tells of applications behind that is left out. The flags
-e -K -S -t -v -# and --nano mean what they mean there, -q too, and it also keeps
standard error silent but for errors; times are local (set TZ for others), sequence
numbers relative to the first ones seen. Behind a bar stand onpath's remarks, which
docs/packets.md explains; --no-remarks leaves them out, --classic
prints segments as tcpdump 3 did.`

// lines are the flags of the text that packets prints.
type lines struct {
	run   *run.Config
	times int // -t
	flags *pflag.FlagSet
}

// textFlags say how text looks, and go with no other format.
var textFlags = []string{"time", "nano", "absolute-tcp-sequence-numbers", "verbose", "link", "number", "no-remarks", "classic"}

// bind declares the flags under tcpdump's names.
func (l *lines) bind(f *pflag.FlagSet, c *run.Config) {
	l.run, l.flags = c, f
	line := &c.Text.Line
	f.CountVarP(&l.times, "time", "t", "-t no time, -tt seconds since 1970, -ttt since the packet before, -tttt with the date, -ttttt since the first packet")
	f.BoolVar(&line.Nano, "nano", false, "times with nine decimals, else with six")
	f.BoolVarP(&line.Absolute, "absolute-tcp-sequence-numbers", "S", false, "sequence numbers as on the wire")
	f.BoolVarP(&line.Link, "link", "e", false, "the link header too")
	f.BoolVarP(&line.Number, "number", "#", false, "the frame's number first")
	f.CountP("verbose", "v", "the IP header and checksums too")
	f.BoolVar(&c.Text.NoRemarks, "no-remarks", false, "tcpdump's line alone")
	f.BoolVar(&line.Classic, "classic", false, "segments as tcpdump 3 printed them")
	f.Lookup("quiet").Usage = "no more of a packet's headers than addresses and length, and nothing on standard error but errors"
}

// config completes what the flags say.
func (l *lines) config(c *run.Config) error {
	line := &c.Text.Line
	if l.times >= int(tcpdump.NumClocks) {
		return errors.New("only -t, -tt, -ttt, -tttt and -ttttt mean something")
	}
	verbose, _ := l.flags.GetCount("verbose")
	line.Time, line.Verbose, line.Quick = tcpdump.Clock(l.times), verbose, c.Quiet
	line.Zone, line.NoChecksums, line.MaxConns = time.Local, c.Decoder.NoChecksums, c.Flow.MaxConnections
	return l.textOnly(c)
}

// textOnly refuses flags of the text where none is written.
func (l *lines) textOnly(c *run.Config) error {
	if len(c.Outputs) == 0 {
		return nil
	}
	for _, o := range c.Outputs {
		if o.Format == "text" {
			return nil
		}
	}
	for _, name := range textFlags {
		if l.flags.Changed(name) {
			return fmt.Errorf("--%s is for text: it does not go with -o %s", name, c.Outputs[0].Format)
		}
	}
	return nil
}
