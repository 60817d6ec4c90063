package netfilter

import (
	"fmt"
	"strings"
	"time"
)

// Story tells an account in lines that people can read; at is the packet's time in
// ns since the Unix epoch.
func (a *Account) Story(at int64) string {
	var b strings.Builder
	a.tellVerdict(&b)
	a.tellEntry(&b, at)
	if a.Segment {
		a.tellWindows(&b)
		a.tellBounds(&b)
	}
	why := &a.Verdict.Why
	tell(&b, "kernel", why.String())
	tell(&b, "onpath", wrap(string(why.Explain(nil))))
	tell(&b, "meaning", wrap(a.meaning()))
	return b.String()
}

// Where a story's texts begin, and how wide they are, in characters.
const (
	storyIndent = 10
	storyWidth  = 80
	sideWidth   = 44 // of what is told of the original side
)

// wrap breaks a text into lines.
func wrap(text string) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(text) {
		switch {
		case i > 0 && column+len(word) >= storyWidth:
			b.WriteString("\n" + strings.Repeat(" ", storyIndent))
			column = 0
		case i > 0:
			b.WriteString(" ")
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}

// tell writes a line with a name in front, or nothing where there is nothing to say.
func tell(b *strings.Builder, name, text string) {
	if text != "" {
		fmt.Fprintf(b, "%-*s%s\n", storyIndent, name, text)
	}
}

func (a *Account) tellVerdict(b *strings.Builder) {
	v := &a.Verdict
	text := v.State.String()
	switch {
	case v.State == StateUnseen && v.Why.Cause.Drops():
		text = "none: the packet is dropped"
	case v.Why.Cause == CauseCut:
		text = "none: it cannot be told"
	case v.State == StateUnseen:
		text = "none: connection tracking does not see it"
	case v.Entry != nil || v.State == StateRelated:
		text += ", direction " + v.Dir.String()
	}
	switch {
	case v.State == StateInvalid, v.State == StateUnseen, v.Why.Cause == CauseNone:
	case v.Why.Cause.Drops():
		text += ", but dropped"
	default:
		text += ", but ignored"
	}
	tell(b, "verdict", text)
}

// meaning says what a person may conclude, where the account tells more than the verdict.
func (a *Account) meaning() string {
	v := &a.Verdict
	switch {
	case v.Why.Cause != CauseNone || a.After == nil:
	case a.Anew:
		return "The ports are used again: the entry of the connection that ended makes way for a new one."
	case v.State == StateRelated && a.About:
		return "It is an error about this entry, which stays as it is."
	case v.State == StateRelated:
		return "It belongs to a connection that another one announced, its master, and nobody has answered it yet."
	case v.State == StateNew && a.Before == nil && a.After.Orig.Proto == protoTCP && a.After.TCP == Established:
		return "It comes from the middle of a connection that the gateway does not know, which is picked up here (nf_conntrack_tcp_loose): this direction is the original one from now on, and no window is enforced."
	}
	return v.Meaning()
}

// tellEntry shows the entry before and after, as conntrack -L would.
func (a *Account) tellEntry(b *strings.Builder, at int64) {
	switch {
	case a.About:
		tell(b, "about", string(a.After.Append(nil, at)))
		return // which changes nothing
	case a.Before == nil:
		tell(b, "before", "no entry")
	case a.Silent > 0:
		tell(b, "before", fmt.Sprintf("no entry: its time was over %v ago, %s", time.Duration(a.Silent).Round(time.Millisecond), a.Before.Append(nil, at)))
	default:
		tell(b, "before", string(a.Before.Append(nil, at)))
	}
	switch {
	case a.Verdict.Deleted:
		tell(b, "after", "no entry: the packet ended it")
	case a.After == nil:
		tell(b, "after", "no entry")
	default:
		tell(b, "after", a.afterwards(at))
	}
	if a.Master != nil {
		tell(b, "master", string(a.Master.Append(nil, at)))
	}
}

// afterwards shows the entry after the packet, if another line is to be shown.
func (a *Account) afterwards(at int64) string {
	is := string(a.After.Append(nil, at))
	switch {
	case a.Anew:
		return "that one ended, and a new one: " + is
	case a.Before == nil || a.Silent > 0 || is != string(a.Before.Append(nil, at)):
		return is
	case a.After.Sides != a.Before.Sides:
		return "the same, but for its windows"
	}
	return "the same"
}

// tellWindows shows what is kept of both sides before and after.
func (a *Account) tellWindows(b *strings.Builder) {
	after := a.After
	if after == nil {
		after = a.Before
	}
	heads := [2]string{"original side", "reply side"}
	heads[a.Verdict.Dir] += ", the sender"
	fmt.Fprintf(b, "\n%-9s %-*s %s\n", "windows", sideWidth, heads[Original], heads[Reply])
	for _, f := range sideFields {
		name := strings.ReplaceAll(strings.Trim(f.name, "_="), "_", " ")
		fmt.Fprintf(b, "  %-7s %-*s %s\n", name, sideWidth, moved(f.of, a.Before.Sides[Original], after.Sides[Original]), moved(f.of, a.Before.Sides[Reply], after.Sides[Reply]))
	}
	fmt.Fprintf(b, "  %-7s %-*s %s\n\n", "flags", sideWidth, after.Sides[Original].Flags, after.Sides[Reply].Flags)
}

// moved shows a number, and what became of it.
func moved(of func(Side) (uint32, bool), before, after Side) string {
	was, known := of(before)
	is, knownNow := of(after)
	switch {
	case before.MaxWin == 0 && after.MaxWin == 0 || !knownNow:
		return "-"
	case before.MaxWin == 0 || !known:
		return fmt.Sprintf("- -> %d", is)
	case was == is:
		return fmt.Sprint(is)
	}
	return fmt.Sprintf("%d -> %d", was, is)
}

// sideFlagNames are those of the flags of a Side, in the order of their bits.
var sideFlagNames = [...]string{"window-scale", "sack", "close-init", "liberal", "unacked", "max-ack"}

// String returns the names of the flags that are set; "-" for none.
func (f SideFlags) String() string {
	var list []string
	for i, name := range sideFlagNames {
		if f&(1<<i) != 0 {
			list = append(list, name)
		}
	}
	if len(list) == 0 {
		return "-"
	}
	return strings.Join(list, " ")
}

// boundWords say what each of Account.Bounds asks, and what it is if not.
var boundWords = [...]struct{ name, got, kept, broken string }{
	{"I", "SEQ", "begins in what the receiver's window allows", "begins behind the end of the receiver's window"},
	{"III", "ACK", "acknowledges what was seen", "acknowledges what was not seen"},
	{"II", "END", "ends at most a window before the newest octet", "ends more than a window before the newest octet"},
	{"IV", "ACK", "is not older than 66000 octets or the largest window", "is older than 66000 octets and the largest window"},
}

func (a *Account) tellBounds(b *strings.Builder) {
	tell(b, "segment", a.tellSegment())
	tell(b, "bounds", a.order())
	for i, w := range boundWords {
		bound := &a.Bounds[i]
		fmt.Fprintf(b, "  %-7s %s %10d %s %-10d  ", w.name, w.got, bound.Got, bound.sign(), bound.Bound)
		switch {
		case bound.Unknown:
			b.WriteString("not asked: the window of the other side is not known\n")
		case bound.Holds():
			fmt.Fprintf(b, "holds, %d to spare: %s\n", -int64(bound.Over()), w.kept)
		default:
			fmt.Fprintf(b, "BROKEN by %d: %s\n", bound.Over(), w.broken)
		}
	}
	b.WriteString("\n")
}

// order says whether and how the bounds are asked.
func (a *Account) order() string {
	switch {
	case !a.Asked:
		return "not asked, as it was decided before them; they would say:"
	case a.Liberal:
		return "asked in this order, and a broken one is forgiven (liberal):"
	}
	return "asked in this order:"
}

// sign is that of the inequality which must hold, modulo 2^32.
func (b *Bound) sign() string {
	if b.Upper {
		return "<="
	}
	return ">="
}

// tellSegment writes the numbers; a SYN's window is never scaled (RFC 7323 §2.2).
func (a *Account) tellSegment() string {
	n := &a.Numbers
	text := fmt.Sprintf("SEQ %d, END %d, ACK %d", n.Seq, n.End, n.Ack)
	if a.Assumed {
		text += " (assumed, as it says none)"
	}
	text += fmt.Sprintf(", window %d", n.Win)
	if scale := a.Sender.Scale; scale > 0 && !a.SYN && n.Win > 0 {
		text += fmt.Sprintf(" << %d = %d", scale, n.Win<<scale)
	}
	if n.Sack != n.Ack {
		text += fmt.Sprintf(", SACK up to %d, which stands for ACK below", n.Sack)
	}
	return text
}
