package text_test

import (
	"strings"
	"testing"

	"onpath/compat/netfilter"
	"onpath/packet"
	"onpath/sink/text"
)

// TestVerdicts reads the ends of lines.
func TestVerdicts(t *testing.T) {
	entry := &netfilter.Entry{TCP: netfilter.SynSent}
	entry.Orig.Proto = packet.ProtoTCP
	query := &netfilter.Entry{}
	query.Orig.Proto = packet.ProtoICMP
	for name, c := range map[string]struct {
		datagram, want string
		verdict        netfilter.Verdict
	}{
		"new":         {syn, ", nf NEW SYN_SENT\n", netfilter.Verdict{State: netfilter.StateNew, Entry: entry}},
		"refused":     {data, ", nf INVALID: invalid rst\n", netfilter.Verdict{State: netfilter.StateInvalid, Dir: netfilter.Reply, Before: netfilter.SynSent, Entry: entry, Why: netfilter.Reason{Cause: netfilter.CauseRST}}},
		"not logged":  {data, ", nf INVALID: strict\n", netfilter.Verdict{State: netfilter.StateInvalid, Why: netfilter.Reason{Cause: netfilter.CauseStrict}}},
		"query":       {ping, ", nf NEW\n", netfilter.Verdict{State: netfilter.StateNew, Entry: query}},
		"not decoded": {cut, "IP  [|ip] | conn 1, not decoded: ip-cut, nf INVALID: truncated packet\n", netfilter.Verdict{State: netfilter.StateInvalid, Why: netfilter.Reason{Cause: netfilter.CauseTruncated}}},
		"full":        {syn, ", nf dropped: nf_conntrack: table full, dropping packet\n", netfilter.Verdict{Why: netfilter.Reason{Cause: netfilter.CauseFull}}},
		"unseen":      {cut, " | conn 1, not decoded: ip-cut\n", netfilter.Verdict{}},
	} {
		p := decode(t, c.datagram)
		p.Netfilter = &c.verdict
		var b strings.Builder
		if err := text.New(&b, text.Config{}).Write(p); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(b.String(), c.want) {
			t.Errorf("%s: %q does not end with %q", name, b.String(), c.want)
		}
	}
}
