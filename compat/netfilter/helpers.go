package netfilter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const minute = int64(60e9) // ns

// reader is a helper: its name, its policies by class, and what reads for it.
type reader struct {
	name   string
	policy []Policy
	read   func(*Payload, *Memory, func(Expectation) bool) string
}

// row is a helper, with a protocol and the ports that it is known by: none if only
// another helper announces its connections.
type row struct {
	helper *reader
	proto  uint8
	ports  []uint16
	only4  bool // the kernel gives it to no connection over IPv6
}

// known are the helpers. They are the kernel's, and talk, which it had
// outside of its tree until 2.6. Limits and life times are the kernel's (6.18), most
// of them measured, but for talk's.
var known = []row{
	{&reader{"amanda", []Policy{{4, 3 * minute}}, readAmanda}, protoUDP, []uint16{10080}, false},
	{&reader{"ftp", []Policy{{1, 5 * minute}}, readFTP}, protoTCP, []uint16{21}, false},
	{&reader{"H.245", []Policy{{18, 4 * minute}}, readH245}, protoTCP, nil, false},
	{&reader{"irc", []Policy{{8, 5 * minute}}, readIRC}, protoTCP, []uint16{6667}, true},
	{&reader{"netbios-ns", []Policy{{1, netbiosLife}}, readNetBIOS}, protoUDP, []uint16{137}, true},
	{&reader{"pptp", []Policy{{2, 5 * minute}}, readPPTP}, protoTCP, []uint16{1723}, true},
	{&reader{"Q.931", []Policy{{20, 4 * minute}}, readQ931}, protoTCP, []uint16{1720}, false},
	{&reader{"RAS", []Policy{{32, 4 * minute}}, readRAS}, protoUDP, []uint16{1719}, false},
	{&reader{"sane", []Policy{{1, 5 * minute}}, readSANE}, protoTCP, []uint16{6566}, false},
	{sip, protoTCP, []uint16{5060}, false},
	{sip, protoUDP, []uint16{5060}, false},
	{&reader{"snmp", []Policy{{1, snmpLife}}, readSNMP}, protoUDP, []uint16{161}, true},
	{&reader{"talk", []Policy{{8, 5 * minute}}, readTalk}, protoUDP, []uint16{517, 518}, true},
	{&reader{"tftp", []Policy{{1, 5 * minute}}, readTFTP}, protoUDP, []uint16{69}, false},
}

var sip = &reader{"sip", sipPolicies, readSIP}

// Name implements Helper.
func (r *reader) Name() string { return r.name }

// Policy implements Helper.
func (r *reader) Policy(class uint8) Policy {
	return r.policy[min(int(class), len(r.policy)-1)]
}

// Read implements Helper.
func (r *reader) Read(p *Payload, m *Memory, expect func(Expectation) bool) string {
	return r.read(p, m, expect)
}

// DefaultHelpers are what the word default stands for in ParseHelpers.
const DefaultHelpers = "ftp=21,irc=6667"

// ParseHelpers reads rules as the flag --nf-helper has them: names, each with its
// ports behind it if they are not those that the protocol is known by, as in
// ftp=21+2121,irc; or default, which is DefaultHelpers. The error names the word
// that it is about.
func ParseHelpers(s string) ([]Attach, error) {
	var rules []Attach
	for word := range strings.SplitSeq(s, ",") {
		word = strings.TrimSpace(word)
		if word == "default" {
			more, err := ParseHelpers(DefaultHelpers)
			if err != nil {
				return nil, err
			}
			rules = append(rules, more...)
			continue
		}
		rule, err := parseAttach(word)
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

// parseAttach reads one rule.
func parseAttach(word string) (Attach, error) {
	name, ports, given := strings.Cut(word, "=")
	i := slices.IndexFunc(known, func(k row) bool { return strings.EqualFold(k.helper.name, name) })
	if i < 0 {
		return Attach{}, fmt.Errorf("%q: no such helper; there are %s", word, knownNames())
	}
	rule := Attach{Helper: known[i].helper.name}
	if !given && known[i].ports == nil {
		return Attach{}, fmt.Errorf("%q: it has no port of its own; give some, as in %s=1234", word, rule.Helper)
	}
	if !given {
		return rule, nil
	}
	for port := range strings.SplitSeq(ports, "+") {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return Attach{}, fmt.Errorf("%q: %q is not a port; ports are joined by +, as in ftp=21+2121", word, port)
		}
		rule.Ports = append(rule.Ports, uint16(n))
	}
	return rule, nil
}

// knownNames lists the names, each once.
func knownNames() string {
	var names []string
	for _, k := range known {
		names = append(names, k.helper.name)
	}
	return strings.Join(slices.Compact(names), ", ")
}

// toSender announces a connection from the other end, from any port, to a port of
// this packet's sender.
func (p *Payload) toSender(proto uint8, port uint16) Expectation {
	to := &p.Tuples[p.Dir]
	return Expectation{
		Tuple:    Tuple{Src: to.Dst, Dst: to.Src, DstPort: port, Proto: proto, V6: to.V6},
		AnySport: true,
	}
}
