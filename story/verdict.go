package story

import (
	"fmt"
	"strings"

	"onpath/anomaly"
	"onpath/record"
	"onpath/tcp"
)

// verdict says in sentences what happened, whose doing it was and how sure that is.
func verdict(r *record.Record) (says []string) {
	for _, part := range []func(*record.Record) string{happened, carried, lost, waited, blame, unsure} {
		if s := part(r); s != "" {
			says = append(says, s)
		}
	}
	return says
}

// carried says how much went which way.
func carried(r *record.Record) string {
	c, s := &r.Side[tcp.Client], &r.Side[tcp.Server]
	if c.Octets|s.Octets == 0 {
		return fmt.Sprintf("No payload was carried, in %s of the client and %s of the server.", packets(c.Packets), packets(s.Packets))
	}
	return fmt.Sprintf("The client sent %s in %s, the server %s in %s.", octets(c.Octets), packets(c.Packets), octets(s.Octets), packets(s.Packets))
}

func packets(n uint64) string {
	if n == 1 {
		return "1 packet"
	}
	return fmt.Sprintf("%d packets", n)
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
			{uint64(repairs.LostBefore), "segments of the %s were lost before this capture"},
			{uint64(repairs.LostAfter), "segments of the %s were lost behind this capture, or their acknowledgments were"},
			{uint64(repairs.Spurious), "segments of the %s were sent again although they had arrived"},
			{uint64(repairs.Reordered), "segments of the %s came late"},
			{uint64(repairs.Duplicates), "packets of the %s were copied on their way"},
			{repairs.GapOctets(), "octets towards the %s were acknowledged and are not in this capture"},
		} {
			if p.n > 0 {
				parts = append(parts, fmt.Sprintf("%d ", p.n)+singular(p.n, fmt.Sprintf(p.says, who)))
			}
		}
	}
	if len(parts) == 0 {
		return "Nothing was lost, late or sent again."
	}
	return sentence(parts)
}

// singular makes a sentence about several one about one.
func singular(n uint64, says string) string {
	if n > 1 {
		return says
	}
	return strings.NewReplacer("segments ", "segment ", "packets ", "packet ", "octets ", "octet ", " were ", " was ", " are ", " is ", "they had", "it had", "their acknowledgments were", "its acknowledgment was").Replace(says)
}

// sentence joins parts, the first with a capital letter.
func sentence(parts []string) string {
	text := strings.Join(parts, "; ")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// waited says what the longest silence waited for, if it was long.
func waited(r *record.Record) string {
	if r.Times == nil || r.Times.Silence.Longest < longPause {
		return ""
	}
	return "The longest silence lasted " + silence(r) + "."
}

// blame says whose doing the strange things were.
func blame(r *record.Record) string {
	var parts []string
	for _, c := range []struct {
		cause anomaly.Cause
		says  string
	}{
		{anomaly.CauseNone, "nobody who keeps to the standard and no network does what was found here: %s"},
		{anomaly.CauseEndpoint, "an end aborted, restarted or gave up: %s"},
	} {
		if ids := kinds(r, c.cause); ids != "" {
			parts = append(parts, fmt.Sprintf(c.says, ids))
		}
	}
	if len(parts) == 0 {
		return "Nothing speaks against either end."
	}
	return sentence(parts)
}

// kinds names what was found with a cause and is more than worth knowing.
func kinds(r *record.Record, c anomaly.Cause) string {
	var ids []string
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Cause == c && f.Severity >= anomaly.Suspicious {
			ids = append(ids, f.ID.String()+" ("+f.Dir.String()+")")
		}
	}
	return strings.Join(ids, ", ")
}

// place are the gates that tell where a capture was made and since when: hardly any
// capture opens them, and few rules need them.
const place = anomaly.GateServerSide | anomaly.GateCaptureStart | anomaly.GateTwoWayProven

// unsure says what could not be judged.
func unsure(r *record.Record) string {
	var parts []string
	for g := r.Closed &^ place; g != 0; g &= g - 1 {
		one := g & -g
		parts = append(parts, r.Reasons.Why(one))
	}
	if len(parts) == 0 {
		return ""
	}
	return "Some rules were silent: " + strings.Join(parts, "; ") + "."
}
