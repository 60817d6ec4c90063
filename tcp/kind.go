package tcp

// Kind is a TCP option kind (IANA "TCP Option Kind Numbers").
type Kind uint8

// The kinds that onpath knows; kinds gives their names and lengths.
const (
	KindEOL       Kind = 0
	KindNOP       Kind = 1
	KindMSS       Kind = 2
	KindWScale    Kind = 3
	KindSACKOK    Kind = 4
	KindSACK      Kind = 5
	KindTimestamp Kind = 8
	KindMD5       Kind = 19
	KindUTO       Kind = 28
	KindAO        Kind = 29
	KindMPTCP     Kind = 30
	KindTFO       Kind = 34
	KindAccECN0   Kind = 172
	KindAccECN1   Kind = 174
	KindExp1      Kind = 253
	KindExp2      Kind = 254
)

// OptSet says which options a header carries, one bit a kind, and whether the
// list could be walked to its end. The zero OptSet is a header without options.
type OptSet uint32

const (
	OptMSS OptSet = 1 << iota
	OptWScale
	OptSACKOK
	OptSACK
	OptTimestamp
	OptMD5
	OptUTO
	OptAO
	OptMPTCP
	OptTFO    // kind 34
	OptTFOExp // ExID 0xF989 (RFC 7413 §9)
	OptAccECN // kind 172 or 174, or their ExIDs 0xACC0 and 0xACC1 (RFC 9768 §3.2.3, §7)
	OptExp    // 253 or 254 with another ExID, or none
	OptOther  // a kind that is not in the table
	OptTwice  // an option occurs twice; MPTCP may (RFC 8684 §3)
	OptLength // a known kind with a length it cannot have; its value was not read
	OptBad    // the walk ended at a length that lies
	OptCut    // the captured octets end inside the list; what was captured was read
	OptLoose  // four octets of NOP in a row, or octets other than 0 behind EOL
)

// Known experiment identifiers (IANA "TCP Experimental Option Experiment
// Identifiers", RFC 6994).
const (
	ExIDTFO     = 0xF989 // RFC 7413 §9
	ExIDAccECN0 = 0xACC0 // RFC 9768 §7
	ExIDAccECN1 = 0xACC1
)

// A KindInfo is one row of the table of option kinds.
type KindInfo struct {
	Kind     Kind
	Name     string // as in the IANA registry, shortened as Wireshark shows it
	Min, Max int    // legal lengths in octets, kind and length included; 1 for EOL and NOP
	Bit      OptSet
	Source   string
}

// kinds is the only place where an option's name, length and source are written.
var kinds = [...]KindInfo{
	{KindEOL, "EOL", 1, 1, 0, "RFC 9293 §3.2"},
	{KindNOP, "NOP", 1, 1, 0, "RFC 9293 §3.2"},
	{KindMSS, "MSS", 4, 4, OptMSS, "RFC 9293 §3.7.1"},
	{KindWScale, "WS", 3, 3, OptWScale, "RFC 7323 §2.2"},
	{KindSACKOK, "SACK_PERM", 2, 2, OptSACKOK, "RFC 2018 §2"},
	{KindSACK, "SACK", 10, 34, OptSACK, "RFC 2018 §3"},
	{KindTimestamp, "TS", 10, 10, OptTimestamp, "RFC 7323 §3.2"},
	{KindMD5, "MD5", 18, 18, OptMD5, "RFC 2385 §3.0"},
	{KindUTO, "UTO", 4, 4, OptUTO, "RFC 5482 §3"},
	{KindAO, "AO", 4, 40, OptAO, "RFC 5925 §2.2"},
	{KindMPTCP, "MPTCP", 3, 40, OptMPTCP, "RFC 8684 §3"},
	{KindTFO, "TFO", 2, 18, OptTFO, "RFC 7413 §4.1.1"},
	{KindAccECN0, "AccECN0", 2, 40, OptAccECN, "RFC 9768 §3.2.3"},
	{KindAccECN1, "AccECN1", 2, 40, OptAccECN, "RFC 9768 §3.2.3"},
	{KindExp1, "EXP1", 2, 40, OptExp, "RFC 6994 §3"},
	{KindExp2, "EXP2", 2, 40, OptExp, "RFC 6994 §3"},
}

// Kinds returns the table of the option kinds that onpath reads, by number.
func Kinds() []KindInfo { return append([]KindInfo(nil), kinds[:]...) }

// kindRow is kinds by number, plus one; 0 for kinds that are not in the table.
var kindRow = func() (row [256]uint8) {
	for i, k := range kinds {
		row[k.Kind] = uint8(i) + 1
	}
	return row
}()

// Info returns the table's row of k; ok is false for an unknown kind.
func (k Kind) Info() (info KindInfo, ok bool) {
	if kindRow[k] == 0 {
		return KindInfo{Kind: k}, false
	}
	return kinds[kindRow[k]-1], true
}
