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
	}
}

// judge counts to e what the firewall would have refused.
func (t *Table) judge(e *entry) {
	if t.verdict.State == netfilter.StateInvalid { // StateUnseen without a firewall
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
