package record

import (
	"onpath/measure"
	"onpath/tcp"
)

// repairColumns tell what an end sent other than new octets in order.
func repairColumns(end string, d tcp.Dir) []Column[Record] {
	column := func(name, unit, doc, source string, count func(*measure.Repairs) uint64) Column[Record] {
		return Column[Record]{end + "_" + name, Uint, unit, "of the " + end + ": " + doc + "; null if not TCP", source,
			func(dst []byte, r *Record) []byte { return r.appendRepair(dst, count(&r.Side[d].Repairs)) }}
	}
	return []Column[Record]{
		column("retransmissions", "segments", "segments sent again, the original lost or taken to be", "RFC 6298 §5",
			func(p *measure.Repairs) uint64 { return uint64(p.Retransmissions()) }),
		column("spurious", "segments", "segments sent again although the original had arrived", "RFC 3522, RFC 2883",
			func(p *measure.Repairs) uint64 { return uint64(p.Spurious) }),
		column("keepalives", "segments", "keep-alive segments", "RFC 9293 §3.8.4",
			func(p *measure.Repairs) uint64 { return uint64(p.KeepAlives) }),
		column("probes", "segments", "probes of a closed window", "RFC 9293 §3.8.6.1",
			func(p *measure.Repairs) uint64 { return uint64(p.Probes) }),
		column("reordered", "segments", "originals that came late", "RFC 4737",
			func(p *measure.Repairs) uint64 { return uint64(p.Reordered) }),
		column("duplicates", "segments", "copies made by the path or by the capture", "RFC 5560",
			func(p *measure.Repairs) uint64 { return uint64(p.Duplicates) }),
		column("lost_before", "segments", "retransmissions whose original was lost before it passed here", srcOnpath,
			func(p *measure.Repairs) uint64 { return uint64(p.LostBefore) }),
		column("lost_after", "segments", "retransmissions whose original passed here and was lost behind", srcOnpath,
			func(p *measure.Repairs) uint64 { return uint64(p.LostAfter) }),
		column("gap_octets", "octets", "sequence numbers that were acknowledged and never passed here", "Zeek conn.log: missed_bytes",
			(*measure.Repairs).GapOctets),
	}
}

// appendRepair appends a count that only TCP has.
func (r *Record) appendRepair(dst []byte, n uint64) []byte {
	if !r.IsTCP() {
		return dst
	}
	return appendUint(dst, n)
}
