package main

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"onpath/internal/run"
)

// outputs is the value of -o: FORMAT[=PATH].
type outputs struct {
	list    *[]run.Output
	formats [][2]string // name and doc
}

func (o *outputs) Type() string   { return "FORMAT[=PATH]" }
func (o *outputs) String() string { return "" }

// Set takes one output more.
func (o *outputs) Set(text string) error {
	format, path, _ := strings.Cut(text, "=")
	if path == "" {
		path = run.Stdout
	}
	if !slices.ContainsFunc(o.formats, func(f [2]string) bool { return f[0] == format }) {
		return fmt.Errorf("unknown format %q, there are %s", format, words(o.formats))
	}
	if format == run.TCPStates && path == run.Stdout {
		return fmt.Errorf("%s writes files whose names begin alike: give it their beginning, as in -o %s=PREFIX", format, format)
	}
	*o.list = append(*o.list, run.Output{Format: format, Path: path})
	return nil
}

// noSamePlace refuses outputs that would be mixed up.
func noSamePlace(c *run.Config) error {
	at := map[string]string{}
	for _, o := range c.Outputs {
		for _, path := range o.Files(c.PacketFile) {
			if other, taken := at[path]; taken {
				return fmt.Errorf("%s goes to the same place as %s: give one of them a file, as in -o %s=FILE", o.Format, other, o.Format)
			}
			at[path] = o.Format
		}
	}
	return nil
}

// formatNames returns name and doc of each format.
func formatNames[R any](formats []run.Format[R]) (names [][2]string) {
	for _, f := range formats {
		names = append(names, [2]string{f.Name, f.Doc})
	}
	return names
}

// words lists the names.
func words(names [][2]string) string {
	var list []string
	for _, n := range names {
		list = append(list, n[0])
	}
	return strings.Join(list, ", ")
}

// networks is the value of --local, once for each.
type networks []netip.Prefix

func (n *networks) Type() string   { return "NET" }
func (n *networks) String() string { return "" }

// Set takes one network more, or one address.
func (n *networks) Set(text string) error {
	p, err := netip.ParsePrefix(text)
	if a, bad := netip.ParseAddr(text); bad == nil {
		p, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	if err != nil {
		return errors.New("want a network such as 192.0.2.0/24 or 2001:db8::/32, or an address")
	}
	*n = append(*n, p)
	return nil
}

// durations is the value of a flag such as --timeout new=120s,closed=10s.
type durations struct {
	zero  bool // 0 is allowed
	all   bool // a duration without a name means every part
	parts []duration
}

type duration struct {
	name string
	d    *time.Duration
}

func (v *durations) Type() string { return "NAME=TIME,..." }

// String shows all parts, as Set reads them.
func (v *durations) String() string {
	var list []string
	for _, p := range v.parts {
		list = append(list, p.name+"="+short(*p.d))
	}
	return strings.Join(list, ",")
}

// short writes a duration without the units that are 0: 10m10s, but 2m.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Set changes the parts that are named.
func (v *durations) Set(text string) error {
	for part := range strings.SplitSeq(text, ",") {
		name, value, named := strings.Cut(part, "=")
		if !named && v.all {
			name, value = "", part
		}
		d, err := time.ParseDuration(value)
		if err != nil {
			return fmt.Errorf("%q: want NAME=TIME with a time such as 90s, 2m or 100ms", part)
		}
		if d < 0 || d == 0 && !v.zero {
			return fmt.Errorf("%q: the time must be above 0", part)
		}
		if !v.set(name, d) {
			return fmt.Errorf("unknown name %q, there are %s", name, v.names())
		}
	}
	return nil
}

// set sets the part of that name, or all where there is none.
func (v *durations) set(name string, d time.Duration) (found bool) {
	for _, p := range v.parts {
		if name == p.name || name == "" {
			*p.d, found = d, true
		}
	}
	return found
}

func (v *durations) names() string {
	var list []string
	for _, p := range v.parts {
		list = append(list, p.name)
	}
	return strings.Join(list, ", ")
}
