package record

import (
	"onpath/fingerprint"
	"onpath/tcp"
)

// srcP0f is where signatures and what follows from them are described.
const srcP0f = "p0f 3 README §5"

// Identity is what an end's SYN or SYN,ACK shows of it.
type Identity struct {
	Signature *fingerprint.Signature // nil: none passed; valid as long as the Record
	Match     *fingerprint.Match     // what is known of it; nil without one
	Uptime    int64                  // of the host at the record's start, ns; 0: not known
}

// identityGroup is what is known of an end.
func identityGroup(signature, rest []Column[Record], d tcp.Dir) Group[Record] {
	return Group[Record]{State: unidentified(d), Groups: []Group[Record]{
		{State: signatureState(d), Columns: signature}, {Columns: rest},
	}}
}

var clientSignature = []Column[Record]{
	{"client_signature", Text, "", "of the client's SYN, as p0f prints raw_sig: version, TTL and hops, IP options, MSS, window and scale, options, quirks, payload; null if none passed", srcP0f,
		ofClient(appendSignature)},
}

var clientIdentity = []Column[Record]{
	{"client_os", Text, "", "operating system, or the program that made the packet itself, whose signature that is; null if none is like it", srcP0f,
		ofClient(appendOS)},
	{"client_os_match", String, "", "how well it fits: exact, generic (a signature of last resort), fuzzy (but for what middleboxes change), generic-fuzzy", srcP0f,
		ofClient(appendOSMatch)},
	{"client_distance", Uint, "hops", "from the client to here, by its TTL; null if that tells none below 36", srcP0f,
		ofClient(appendDistance)},
	{"client_link", Text, "", "of the client, or the narrowest tunnel on the way, by its MSS; null if that is not a usual one", srcP0f,
		ofClient(appendLink)},
	{"client_uptime", Duration, "s", "how long the client had been up when the record began, modulo what its timestamps can count; null if these do not tell", "RFC 7323 §5.4",
		ofClient(appendUptime)},
}

var serverSignature = []Column[Record]{
	{"server_signature", Text, "", "the same of the server's SYN,ACK", srcP0f, ofServer(appendSignature)},
}

var serverIdentity = []Column[Record]{
	{"server_os", Text, "", "the same of the server", srcP0f, ofServer(appendOS)},
	{"server_os_match", String, "", "the same of the server", srcP0f, ofServer(appendOSMatch)},
	{"server_distance", Uint, "hops", "from the server to here", srcP0f, ofServer(appendDistance)},
	{"server_link", Text, "", "of the server", srcP0f, ofServer(appendLink)},
	{"server_uptime", Duration, "s", "of the server", "RFC 7323 §5.4", ofServer(appendUptime)},
}

// ofClient and ofServer append what value does of an end that a signature is known of.
func ofClient(value func([]byte, *Identity) []byte) func([]byte, *Record) []byte {
	return ofIdentity(tcp.Client, value)
}

func ofServer(value func([]byte, *Identity) []byte) func([]byte, *Record) []byte {
	return ofIdentity(tcp.Server, value)
}

func ofIdentity(end tcp.Dir, value func([]byte, *Identity) []byte) func([]byte, *Record) []byte {
	return func(dst []byte, r *Record) []byte {
		if id := &r.Side[end].Identity; id.Signature != nil {
			return value(dst, id)
		}
		return dst
	}
}

func appendSignature(dst []byte, id *Identity) []byte { return id.Signature.Append(dst) }

func appendOS(dst []byte, id *Identity) []byte {
	if id.Match.Label == nil {
		return dst
	}
	return append(dst, id.Match.Label.Name...)
}

func appendOSMatch(dst []byte, id *Identity) []byte { return append(dst, id.Match.Quality()...) }

func appendDistance(dst []byte, id *Identity) []byte {
	if id.Match.Distance == fingerprint.Unknown {
		return dst
	}
	return appendUint(dst, uint64(id.Match.Distance))
}

func appendLink(dst []byte, id *Identity) []byte { return append(dst, id.Match.Link...) }

func appendUptime(dst []byte, id *Identity) []byte {
	if id.Uptime == 0 {
		return dst
	}
	return AppendSeconds(dst, id.Uptime)
}
