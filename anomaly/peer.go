package anomaly

// Peer is another program that reports such things under names of its own.
type Peer uint8

// Those whose names are all in the crosswalk. peers has what each is.
const (
	PeerSuricata Peer = iota
	PeerZeek
	PeerWireshark
	PeerSnort
	numPeers
)

// Alias is a peer's name for rows of ours. One name may cover several rows, and
// several names one row.
type Alias struct {
	Name string
	IDs  []ID
}

// peers is the only place where a peer's name is written, with the version whose
// sources the names are of.
var peers = [numPeers]struct {
	name, version string
	aliases       []Alias
}{
	PeerSuricata:  {"suricata", "Suricata 398687d5d4: all stream.* and decoder.tcp.* events", suricataNames},
	PeerZeek:      {"zeek", "Zeek a13de64fbb: its TCP weirds", zeekNames},
	PeerWireshark: {"wireshark", "Wireshark 4.0.17: expert infos of TCP and MPTCP", wiresharkNames},
	PeerSnort:     {"snort", "Snort 3 14aeb09f5: generator 129, and what is TCP of generator 116", snortNames},
}

// Peers returns all four.
func Peers() []Peer { return []Peer{PeerSuricata, PeerZeek, PeerWireshark, PeerSnort} }

// String returns the name: "suricata".
func (p Peer) String() string { return peers[p].name }

// Doc returns the version of the peer, and which of its names are here.
func (p Peer) Doc() string { return peers[p].version }

// ParsePeer is the inverse of String; ok is false for any other text.
func ParsePeer(name string) (p Peer, ok bool) {
	for _, p := range Peers() {
		if p.String() == name {
			return p, true
		}
	}
	return 0, false
}

// Crosswalk returns every name of the peer with our IDs for it. It is shared: do
// not change it.
func Crosswalk(p Peer) []Alias { return peers[p].aliases }

// Aliases returns the peer's names that cover id.
func (id ID) Aliases(p Peer) (names []string) {
	for _, a := range Crosswalk(p) {
		for _, other := range a.IDs {
			if other == id {
				names = append(names, a.Name)
			}
		}
	}
	return names
}
