package evidence

import (
	"fmt"
	"strings"

	"onpath/record"
	"onpath/tcp"
)

// text returns the dump as tcpad wrote it: what it is, where the packets are, what was
// wrong, and both stacks before the packet that showed it, of the worst finding. Below the table stand all
// findings.
func (d *Dump) text(version, capture string) []byte {
	worst := d.Worst()
	b := fmt.Appendf(nil, "%s\nRelated pcap file: %s\nError message: %s\n\n", version, capture, worst.message())
	if worst.Known {
		b = append(record.AppendDump(b, &worst.Ends), '\n')
	}
	b = append(b, d.about()...)
	for i := range d.Findings {
		b = append(b, d.shown(&d.Findings[i])...)
	}
	if d.More > 0 {
		b = fmt.Appendf(b, "%d more findings that there was no room for\n", d.More)
	}
	return b
}

// message is a finding as an error message.
func (f *Finding) message() string { return f.ID.String() + ": " + f.says() }

// about says whose the dump is and what it holds, a line each.
func (d *Dump) about() string {
	var b strings.Builder
	if o := &d.Owner; o.Conn == 0 {
		b.WriteString("Connection: none, these packets belong to no connection\n")
	} else {
		fmt.Fprintf(&b, "Connection: %d, client %s, server %s\n", o.Conn, socket(o, tcp.Client), socket(o, tcp.Server))
	}
	fmt.Fprintf(&b, "Packets: %d", d.Frames())
	if gone := d.gone(); gone != "" {
		b.WriteString("; " + gone)
	}
	b.WriteString("\nFindings:\n")
	return b.String()
}

// socket writes an end as tcpdump does.
func socket(o *record.Owner, end tcp.Dir) string {
	return fmt.Sprintf("%v.%d", o.Addr(end), o.Port(end))
}

// shown tells a finding: when, in which packet, what, and who is accused.
func (d *Dump) shown(f *Finding) string {
	by := "the end of the record"
	if f.Frame != 0 {
		by = d.place(f.Frame)
	}
	text := fmt.Sprintf("  %s %s\n    %s\n    %s\n", record.AppendTime(nil, f.At), by, f.title(), f.says())
	if who := d.blames(f); who != "" {
		text += "    " + who + "\n"
	}
	return text
}
