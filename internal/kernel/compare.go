package kernel

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"onpath/compat/netfilter"
)

// A Difference is one field of one packet on which the kernel and a Tracker do not
// agree.
type Difference struct {
	Packet       int // index in the dialogue
	Field        string
	Kernel, Ours string
}

// kind is what a Difference is about, without its numbers.
func (f *Difference) kind() string {
	return fmt.Sprintf("%s: kernel %q, ours %q", f.Field, class(f.Kernel), class(f.Ours))
}

// comparison goes through a dialogue with both answers.
type comparison struct {
	aged    bool
	ours    map[int]uint32             // the kernel's entries, and ours
	kernels map[uint32]int             // and back
	origs   map[uint32]netfilter.Tuple // of our entries
	clocks  map[uint32]clock           // likewise
	waiting int                        // the kernel's expectations
	found   []Difference
	packet  int
}

// clock is when an entry runs out, and how many seconds the oracle may be off:
// it sets timeouts anew before each packet, in whole seconds.
type clock struct {
	expires int64
	slack   int64
}

// Compare holds the kernel's answers to d against those of a Tracker, and returns
// where they differ and how many packets were compared: all, but for those of an
// aged dialogue from where an entry is so close to its end that the oracle, whose
// clock has seconds, cannot be asked.
func Compare(c netfilter.Config, d Dialogue, answers []Answer, aged bool) (found []Difference, compared int) {
	m := comparison{aged: aged, ours: map[int]uint32{}, kernels: map[uint32]int{}, origs: map[uint32]netfilter.Tuple{}, clocks: map[uint32]clock{}}
	Judge(c, d, func(i int, v *netfilter.Verdict, waiting int) bool {
		if aged && m.close(d[i].Time()) {
			return false
		}
		m.packet = i
		m.verdict(&answers[i], v)
		m.same("expectations", m.expect(answers[i].Expect), waiting)
		if e := v.Entry; e != nil && answers[i].ICMP != unasked {
			m.entry(&answers[i], e, d[i].Time())
		}
		compared++
		return true
	})
	return m.found, compared
}

// unasked is ICMPv6's redirect: the oracle does not know which entry it is about.
const unasked = "137/0"

// close reports whether an entry is about to run out at now.
func (m *comparison) close(now int64) bool {
	for _, c := range m.clocks {
		if left := (c.expires - now) / int64(time.Second); left >= -2-c.slack && left <= 2+c.slack {
			return true
		}
	}
	return false
}

// same notes a difference if there is one.
func (m *comparison) same(field string, kernel, ours any) {
	if k, o := fmt.Sprint(kernel), fmt.Sprint(ours); k != o {
		m.found = append(m.found, Difference{m.packet, field, k, o})
	}
}

// verdict compares what is said of the packet itself.
func (m *comparison) verdict(a *Answer, v *netfilter.Verdict) {
	m.same("ctstate", strings.TrimPrefix(a.State, "unseen"), v.State)
	if a.Dir != "" {
		m.same("direction", a.Dir, v.Dir)
	}
	m.same("reason", logged(a.Reason), v.Why.String())
	m.same("deleted", a.Gone == "entry deleted by this packet", v.Deleted)
	if v.Entry != nil && a.Before != "" && a.Proto == protoTCP {
		m.same("state before", a.Before, v.Before)
	}
}

// entry compares what is remembered after the packet.
func (m *comparison) entry(a *Answer, e *netfilter.Entry, now int64) {
	if _, known := m.kernels[e.ID]; !known && m.ours[a.Conn] == 0 {
		m.kernels[e.ID], m.ours[a.Conn] = a.Conn, e.ID
	}
	m.same("entry", a.Conn, m.kernels[e.ID])
	if a.Timeout != nil || a.TCP != "" {
		m.same("status", m.known(a.Status), e.Status)
	}
	m.origs[e.ID] = e.Orig
	m.tick(e)
	if a.Timeout != nil { // the oracle found the entry after the packet
		m.timeout(int64(*a.Timeout), e, now)
		m.same("helper", a.Helper, e.Helper)
		m.same("master", a.Master, m.master(e))
	}
	if a.Proto == protoTCP || a.TCP != "" {
		m.same("TCP state", a.TCP, e.TCP)
	}
	if w := a.Windows; w != nil {
		m.same("retransmissions", w.Retrans, e.Retrans)
		m.side("original", &w.Orig, &e.Sides[netfilter.Original])
		m.side("reply", &w.Reply, &e.Sides[netfilter.Reply])
	}
}

// expect follows the kernel's expectations, and returns how many wait.
func (m *comparison) expect(events []string) int {
	for _, e := range events {
		if strings.HasPrefix(e, "new ") {
			m.waiting++
		} else {
			m.waiting--
		}
	}
	return m.waiting
}

// known are the bits of a kernel's status that netfilter.Status has.
func (m *comparison) known(status []string) string {
	var all []string
	for _, name := range []string{"EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED", "DYING", "HELPER"} {
		if slices.Contains(status, name) {
			all = append(all, name)
		}
	}
	return strings.Join(all, ",")
}

// master is the original tuple of the entry that announced e, as the oracle prints
// it.
func (m *comparison) master(e *netfilter.Entry) string {
	if e.Master == 0 {
		return ""
	}
	t, ok := m.origs[e.Master]
	if !ok {
		return "an entry that no packet had"
	}
	end := func(a [16]byte, port uint16) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom16(a).Unmap(), port)
	}
	return fmt.Sprintf("%s > %s", end(t.Src, t.SrcPort), end(t.Dst, t.DstPort))
}

// tick takes note of when e runs out.
func (m *comparison) tick(e *netfilter.Entry) {
	c := m.clocks[e.ID]
	c.slack++
	if c.expires != e.Expires {
		c = clock{expires: e.Expires}
	}
	m.clocks[e.ID] = c
}

// timeout compares how many seconds are left, which the kernel tells rounded down
// and on a clock of its own.
func (m *comparison) timeout(kernel int64, e *netfilter.Entry, now int64) {
	off := int64(1)
	if m.aged {
		off += m.clocks[e.ID].slack
	}
	ours := (e.Expires - now + int64(time.Second)/2) / int64(time.Second)
	if kernel < ours-off || kernel > ours+off {
		m.same("timeout", kernel, ours)
	}
}

// sideFlags are the names of the flags that both have.
var sideFlags = [...]struct {
	flag netfilter.SideFlags
	name string
}{
	{netfilter.FlagWScale, "WSCALE"}, {netfilter.FlagSACK, "SACK"}, {netfilter.FlagCloseInit, "CLOSE_INIT"},
	{netfilter.FlagLiberal, "LIBERAL"}, {netfilter.FlagUnacked, "UNACKED"}, {netfilter.FlagMaxAck, "MAXACK"},
}

// side compares the memory of one end.
func (m *comparison) side(who string, k *Side, o *netfilter.Side) {
	m.same(who+" end", k.End, o.End)
	m.same(who+" maxend", k.MaxEnd, o.MaxEnd)
	m.same(who+" maxwin", k.MaxWin, o.MaxWin)
	m.same(who+" maxack", k.MaxAck, o.MaxAck)
	m.same(who+" scale", k.Scale, o.Scale)
	for _, f := range sideFlags {
		m.same(who+" "+f.name, slices.Contains(k.Flags, f.name), o.Flags&f.flag != 0)
	}
}

// logged is what the kernel logged of a packet, without the protocol's number in
// front, which is only sometimes there. A helper that drops the packet speaks last,
// and a Verdict has one reason: that.
func logged(messages []string) string {
	var all []string
	for _, m := range messages {
		if rest, ok := strings.CutPrefix(m, "nf_ct_proto_"); ok {
			_, m, _ = strings.Cut(rest, ": ")
		}
		m = strings.TrimSpace(m)
		if strings.Contains(m, ": dropping packet: ") {
			return m
		}
		all = append(all, m)
	}
	return strings.Join(all, "; ")
}
