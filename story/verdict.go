package story

import (
	"fmt"
	"strings"

	"onpath/anomaly"
	"onpath/outcome"
	"onpath/record"
	"onpath/tcp"
)

// verdict says in sentences what happened, whose doing it was and how sure that is.
func verdict(r *record.Record) (says []string) {
	for _, part := range []func(*record.Record) string{happened, carried, lost, waited, slowed, blame, unsure} {
		if s := part(r); s != "" {
			says = append(says, s)
		}
	}
	return says
}

// carried says how much went which way.
func carried(r *record.Record) string {
	c, s := &r.Side[tcp.Client], &r.Side[tcp.Server]
	if c.Packets == 0 || s.Packets == 0 {
		return seen(r)
	}
	if c.Octets|s.Octets == 0 {
		return fmt.Sprintf("No payload was carried, in %s of the client and %s of the server.", counted(c.Packets, "packet"), counted(s.Packets, "packet"))
	}
	return fmt.Sprintf("The client sent %s in %s, the server %s in %s.", counted(c.Octets, "octet"), counted(c.Packets, "packet"), counted(s.Octets, "octet"), counted(s.Packets, "packet"))
}

// seen says how much passed, where one end's packets did not.
func seen(r *record.Record) string {
	d := tcp.Client
	if r.Side[d].Packets == 0 {
		d = tcp.Server
	}
	return fmt.Sprintf("%s of the %s passed here, with %s; none of the %s.", counted(r.Side[d].Packets, "packet"), d, counted(r.Side[d].Octets, "octet"), d^1)
}

// lost says what was lost where.
func lost(r *record.Record) string {
	var parts []string
	for end := range r.Side {
		repairs := &r.Side[end].Repairs
		who := tcp.Dir(end).String()
		for _, p := range []struct {
			n    uint64
			says string
		}{
			{uint64(repairs.LostBefore), "segments of the %s were sent again after a loss before this capture"},
			{uint64(repairs.LostAfter), "segments of the %s were sent again after they had passed here, and were lost or left unanswered"},
			{uint64(repairs.Spurious), "segments of the %s were sent again although they had arrived"},
			{uint64(repairs.Reordered), "segments of the %s came late"},
			{uint64(repairs.Duplicates), "packets of the %s are copies, made by the network or by the capture"},
			{r.Missed(tcp.Dir(end)), "sequence numbers of the %s were acknowledged and are not in this capture"},
		} {
			if p.n > 0 {
				parts = append(parts, fmt.Sprintf("%d ", p.n)+singular(p.n, fmt.Sprintf(p.says, who)))
			}
		}
	}
	if len(parts) == 0 {
		return "Nothing was seen to be lost, late or sent again."
	}
	return sentence(parts)
}

// singular makes a sentence about several one about one.
func singular(n uint64, says string) string {
	if n > 1 {
		return says
	}
	return strings.NewReplacer("segments ", "segment ", "packets ", "packet ", "numbers ", "number ", " were ", " was ", " are copies", " is a copy", " are ", " is ", "they had", "it had").Replace(says)
}

// sentence joins parts, the first with a capital letter.
func sentence(parts []string) string {
	return upper(strings.Join(parts, "; ")) + "."
}

// upper begins a sentence.
func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// waited says what the longest silence waited for, if it was long.
func waited(r *record.Record) string {
	if r.Times == nil || r.Times.Silence.Longest < longPause {
		return ""
	}
	return "The longest silence, in which nothing new passed, lasted " + silence(r) + "."
}

// losing are the families whose findings are told with what was lost.
var losing = map[anomaly.Family]bool{
	anomaly.FamilyHandshake: true, anomaly.FamilyRetransmission: true, anomaly.FamilyTeardown: true,
	anomaly.FamilyValidity: true, anomaly.FamilySack: true,
}

// slowed names what else cost time.
func slowed(r *record.Record) string {
	var ids []string
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.ID.Severity() != anomaly.Performance || losing[f.ID.Row().Family] {
			continue
		}
		says := f.ID.String() + " of the " + f.Dir.String()
		if f.Count > 1 {
			says += fmt.Sprintf(" (%d times)", f.Count)
		}
		ids = append(ids, says)
	}
	if len(ids) == 0 {
		return ""
	}
	return "It cost time or throughput: " + strings.Join(ids, ", ") + "."
}

// blame says whose doing the strange things were.
func blame(r *record.Record) string {
	var parts []string
	for _, c := range []struct {
		cause anomaly.Cause
		says  string
	}{
		{anomaly.CauseNone, "neither the standard nor a network that loses, delays or copies explains what was found here, but a broken stack, a middlebox, damage on the way, a scanner or a forger would: "},
		{anomaly.CauseEndpoint, "an end that aborted, restarted or gave up, or does what the standard only advises against, would explain this: "},
	} {
		if ids := kinds(r, c.cause); len(ids) > 0 {
			parts = append(parts, c.says+strings.Join(ids, ", "))
		}
	}
	if len(parts) == 0 {
		return "Nothing was found that speaks against either end."
	}
	return sentence(parts)
}

// kinds names what was found with a cause and is more than worth knowing, by whom it
// accuses.
func kinds(r *record.Record, c anomaly.Cause) (all []string) {
	for d := range tcp.Dir(2) {
		var ids []string
		for i := range r.Findings {
			if f := &r.Findings[i]; f.Cause == c && f.Dir == d && f.Severity >= anomaly.Suspicious {
				ids = append(ids, f.ID.String())
			}
		}
		if len(ids) > 0 {
			all = append(all, strings.Join(ids, ", ")+" "+accusing(d, c))
		}
	}
	return all
}

// accusing says of whom something was found. What no execution of the standard explains
// may be forged, so it is told of the name that it bears.
func accusing(d tcp.Dir, c anomaly.Cause) string {
	if c == anomaly.CauseNone {
		return "in the " + d.String() + "'s name"
	}
	return "of the " + d.String()
}

// place are the gates that tell where a capture was made and since when: hardly any
// capture opens them, and few rules need them.
const place = anomaly.GateServerSide | anomaly.GateCaptureStart | anomaly.GateTwoWayProven

// unopened are the outcomes of attempts that no SYN,ACK answered: what the server's
// segments would have told is no matter of the capture.
var unopened = [outcome.NumClasses]bool{
	outcome.Probe: true, outcome.RejectedICMP: true, outcome.Refused: true,
	outcome.AttemptAbandoned: true, outcome.SynFinProbe: true, outcome.NoAnswer: true,
}

// unsure says what could not be judged.
func unsure(r *record.Record) string {
	var parts []string
	silent := r.Closed &^ place
	if unopened[r.Outcome.Class] {
		silent &^= anomaly.GateTwoWay | anomaly.GateWs
	}
	for g := silent; g != 0; g &= g - 1 {
		one := g & -g
		parts = append(parts, r.Reasons.Why(one))
	}
	if len(parts) == 0 {
		return ""
	}
	return "Some rules were silent: " + strings.Join(parts, "; ") + "."
}
