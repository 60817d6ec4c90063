package outcome

import (
	"onpath/anomaly"
	"onpath/tcp"
)

// remark is one of the words that tell more of an outcome.
type remark struct {
	name   string
	before string  // stands before its number
	doc    string  // one line
	of     classes // of others it does not hold; 0: of all it may
	any    mark    // without all of these it does not hold; 0: it needs none
	holds  func(f *Facts, c Class) bool
	number func(*Verdict) uint64 // stands in parentheses behind the name; nil: nothing does
}

// classes is a set of Class.
type classes uint32

func classesOf(list ...Class) (s classes) {
	for _, c := range list {
		s |= 1 << c
	}
	return s
}

// Classes that flags are about.
var (
	rejection  = classesOf(RejectedICMP)
	resets     = classesOf(ResetByClient, ResetByServer)
	blackholes = classesOf(Blackholed)
	forgery    = classesOf(ResetForged)
	halfClosed = classesOf(HalfClosed)
	stillOpen  = classesOf(Open)
)

// onlyFound stands for the flags that hold only where something was found.
const onlyFound classes = 1 << 31

// flags are all of them, in the order in which they are printed.
var flags = [...]remark{
	{"port", "", "with rejected-icmp: port unreachable", rejection, 0, rejectedBy(RejectedPort), nil},
	{"host", "", "with rejected-icmp: host unreachable", rejection, 0, rejectedBy(RejectedHost), nil},
	{"net", "", "with rejected-icmp: network unreachable", rejection, 0, rejectedBy(RejectedNet), nil},
	{"admin", "", "with rejected-icmp: prohibited by a filter", rejection, 0, rejectedBy(RejectedAdmin), nil},
	{"proto", "", "with rejected-icmp: protocol unreachable", rejection, 0, rejectedBy(RejectedProto), nil},
	{"ttl", "", "with rejected-icmp: the TTL did not suffice", rejection, 0, rejectedBy(RejectedTTL), nil},
	{"before-data", "", "with reset-by-…: before any payload", resets, 0, resetIn(noData), nil},
	{"after-request", "", "with reset-by-…: after payload of the client, and none of the server", resets, 0, resetIn(request), nil},
	{"mid-transfer", "", "with reset-by-… and blackholed: after payload of the server", resets | blackholes, 0, inTransfer, nil},
	{"unread-data", "", "with reset-by-…: the RST answers what came after its sender's own FIN", resets, 0, isUnread, nil},
	{"post-handshake", "", "with blackholed: before any payload", blackholes, 0, holed(noData), nil},
	{"post-request", "", "with blackholed: after payload of the client, and none of the server", blackholes, 0, holed(request), nil},
	{"client-silent", "", "with blackholed: the client stopped answering", blackholes, 0, silent(tcp.Client), nil},
	{"server-silent", "", "with blackholed: the server stopped answering", blackholes, 0, silent(tcp.Server), nil},
	{"claims-client", "", "with reset-forged: the RST came in the client's name", forgery, 0, claims(tcp.Client), nil},
	{"claims-server", "", "with reset-forged: the RST came in the server's name", forgery, 0, claims(tcp.Server), nil},
	{"still-sending", "", "with half-closed: the other end has gone on sending", halfClosed, 0, isSending, nil},
	{"retried", "", "the client sent its SYN so many times", 0, 0, isRetried, func(v *Verdict) uint64 { return uint64(v.Attempts) }},
	{"backing-off", "", "not established: the last pause between SYNs was half as long again as the first, or longer", 0, 0, backsOff, nil},
	{"simultaneous-open", "", "both ends sent a SYN (RFC 9293 §3.5)", onlyFound, 0, found(anomaly.SimultaneousOpen), nil},
	{"split-handshake", "", "the server answered with a SYN of its own instead of SYN,ACK", onlyFound, 0, found(anomaly.SplitHandshake), nil},
	{"tfo-accepted", "", "the SYN,ACK acknowledged payload of the SYN (RFC 7413)", 0, tookSynData, shows(tookSynData), nil},
	{"tfo-ignored", "", "the SYN,ACK acknowledged none of the SYN's payload", 0, leftSynData, shows(leftSynData), nil},
	{"last-ack-missing", "", "both ends have sent FINs, and one was not acknowledged", 0, anyFin, isLastAckMissing, nil},
	{"data-after-fin", "", "an end sent octets behind its own FIN", onlyFound, 0, found(anomaly.DataAfterFin), nil},
	{"data-after-rst", "", "payload passed after the RST", 0, dataAfterRst, shows(dataAfterRst), nil},
	{"rst-not-accepted", "", "a RST passed that ended nothing: its numbers do not fit, or the connection went on", 0, anyReset, isNotAccepted, nil},
	{"rst-in-window-only", "", "a RST lay inside of the window, but not where one is accepted (RFC 5961 §3.2)", onlyFound, 0, found(anomaly.RstInWindowNotExact), nil},
	{"reset?", "", "one-way view: it fell silent, and the end that does not pass here may have reset", stillOpen, established, isMaybeReset, nil},
	{"zero-window-end", "", "the last window of an end was 0", 0, established, isShut, nil},
	{"linger-reset", "", "the RST was an abort: its sender had not closed, and answered nothing", resets, 0, isLinger, nil},
	{"port-reused", "", "the ports had been used by a connection before", onlyFound, 0, isReused, nil},
	{"idle-split", "", "goes on from the record of that number, which was idle or finished", 0, 0, goesOnFrom, func(v *Verdict) uint64 { return v.Before }},
	{"gap", "", "so many sequence numbers were acknowledged and never passed", 0, 0, hasGap, func(v *Verdict) uint64 { return v.Gaps }},
	{"evicted", "", "a bound on memory pushed the record out", 0, 0, isEvicted, nil},
	{"offload-suspected", "", "the capture shows segments before a network card has cut or after it has joined them, or checksums that it was to fill in", 0, 0, isOffloaded, nil},
	{"tamper", "CF-", "the end looks like that signature of tampering (Sundara Raman et al., SIGCOMM 2023, table 1)", onlyFound, 0, isTampered, func(v *Verdict) uint64 { return uint64(v.Tamper) }},
}

// asked are the flags that may hold of a class, by whether something was found.
var asked = func() (lists [2][NumClasses][]uint8) {
	for i := range flags {
		for c := range NumClasses {
			of := flags[i].of
			if of == 0 || of&(onlyFound|1<<c) != 0 {
				lists[1][c] = append(lists[1][c], uint8(i))
			}
			if of == 0 || of&(1<<c) != 0 {
				lists[0][c] = append(lists[0][c], uint8(i))
			}
		}
	}
	return lists
}()

// flagsOf returns the flags of facts of class c.
func flagsOf(f *Facts, c Class) (s Flags) {
	found := 0
	if f.Found != (anomaly.Set{}) || f.Tamper != 0 {
		found = 1
	}
	for _, i := range asked[found][c] {
		r := &flags[i]
		if (r.any == 0 || f.Trail.is(r.any)) && r.holds(f, c) {
			s |= 1 << i
		}
	}
	return s
}

// The table must fit into a Flags: this does not compile where it does not.
const _ = uint(64 - len(flags))

func goesOnFrom(f *Facts, _ Class) bool { return f.Before != 0 }
func hasGap(f *Facts, _ Class) bool     { return f.Gaps > 0 && (f.est() || f.joined()) }
func isEvicted(f *Facts, _ Class) bool  { return f.Evicted }
func isTampered(f *Facts, _ Class) bool { return f.Tamper != 0 }

// found returns a condition that holds if the finding was made.
func found(id anomaly.ID) func(*Facts, Class) bool {
	return func(f *Facts, _ Class) bool { return f.Found.Has(id) }
}

func shows(m mark) func(*Facts, Class) bool {
	return func(f *Facts, _ Class) bool { return f.Trail.is(m) }
}

func rejectedBy(r Rejection) func(*Facts, Class) bool {
	return func(f *Facts, c Class) bool { return c == RejectedICMP && f.Trail.icmp == r }
}

// phase is how far a connection had come.
type phase uint8

const (
	noData phase = iota
	request
	transfer
)

func (f *Facts) phase() phase {
	switch {
	case f.octets(tcp.Server) > 0:
		return transfer
	case f.octets(tcp.Client) > 0:
		return request
	}
	return noData
}

func isReset(c Class) bool { return c == ResetByClient || c == ResetByServer }

func resetIn(p phase) func(*Facts, Class) bool {
	return func(f *Facts, c Class) bool { return isReset(c) && f.phase() == p }
}

func holed(p phase) func(*Facts, Class) bool {
	return func(f *Facts, c Class) bool { return c == Blackholed && f.phase() == p }
}

func inTransfer(f *Facts, c Class) bool {
	return (isReset(c) || c == Blackholed) && f.phase() == transfer
}

func isUnread(f *Facts, c Class) bool {
	return isReset(c) && f.Trail.has(fin, f.firstReset()) && f.Trail.has(sending, f.firstReset()^1)
}

func silent(d tcp.Dir) func(*Facts, Class) bool {
	return func(f *Facts, c Class) bool { return c == Blackholed && f.Trail.is(runByServer) == (d == tcp.Client) }
}

func claims(d tcp.Dir) func(*Facts, Class) bool {
	return func(f *Facts, c Class) bool { return c == ResetForged && f.firstReset() == d }
}

func isSending(f *Facts, c Class) bool { return c == HalfClosed && f.Trail.is(either(sending)) }

func isRetried(f *Facts, _ Class) bool { return f.Trail.attempts > 1 }

func backsOff(f *Facts, _ Class) bool {
	t := f.Trail
	return t.attempts > 2 && !f.est() && !t.is(either(closer)) && 2*uint64(t.pause) >= 3*uint64(t.delay)
}

func isLastAckMissing(f *Facts, _ Class) bool { return !f.wasReset() && f.lacksLastAck() }

func isNotAccepted(f *Facts, _ Class) bool {
	return f.Trail.is(either(rstAny)) && !f.wasReset() && f.est()
}

// isMaybeReset: what the visible end was told last is not known.
func isMaybeReset(f *Facts, c Class) bool {
	return f.oneWay() && c == Open && f.est() && f.Silent >= AttemptTimeout
}

func isShut(f *Facts, _ Class) bool {
	for d := range f.Ends {
		e, p := &f.Ends[d], &f.Ends[d^1]
		if f.est() && e.HasRcv && e.RcvWnd == 0 && e.MaxWin > 0 && !p.HasFin {
			return true
		}
	}
	return false
}

func isLinger(f *Facts, c Class) bool {
	return isReset(c) && f.Trail.is(abort) && !f.Trail.is(either(fin)) && f.Trail.run == 0
}

func isReused(f *Facts, _ Class) bool {
	return f.Found.Has(anomaly.PortReuseAfterClose) || f.Found.Has(anomaly.PortReuseWhileOpen)
}

func isOffloaded(f *Facts, _ Class) bool { return f.Offloads }
