package flow

import (
	"onpath/compat/netfilter"
	"onpath/packet"
)

// ask shows a packet, decoded or not, to the firewall if there is one.
func (t *Table) ask(v *packet.View) {
	if t.firewall != nil {
		t.firewall.Observe(v, &t.verdict)
		t.stats.Verdicts.Count(&t.verdict)
		t.refused = t.verdict.State == netfilter.StateInvalid
	}
}

// askAll shows the firewall a batch, and notes what it would have refused.
func (t *Table) askAll(views []packet.View, refused *[Batch]bool) {
	if t.firewall == nil {
		return
	}
	t.firewall.Expect(views)
	for i := range views {
		t.ask(&views[i])
		refused[i] = t.refused
	}
}

// judge counts to e what the firewall would have refused.
func (t *Table) judge(e *entry) {
	if t.refused {
		t.repairs.lent(e).invalid++
	}
}

// judgement returns the verdict on the last packet; nil without a firewall.
func (t *Table) judgement() *netfilter.Verdict {
	if t.firewall == nil {
		return nil
	}
	return &t.verdict
}
