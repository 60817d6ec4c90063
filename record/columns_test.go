package record

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"onpath/compat/tcpchain"
	"onpath/compat/tcpstates"
	"onpath/conn"
	"onpath/fingerprint"
	"onpath/measure"
	"onpath/outcome"
	"onpath/packet"
	"onpath/tcp"
)

// telnet is story 2 of the article, closed in order.
func telnet() *Record {
	k, fromB := keyOf(packet.ProtoTCP, "192.168.2.10", 1249, "192.168.2.165", 23)
	k.VLAN, k.Net = 7, packet.NetVXLAN|5000
	start := time.Date(2001, 2, 3, 20, 6, 32, 845356000, time.UTC).UnixNano()
	r := &Record{Conn: 1, Key: k, ClientIsB: fromB, Start: start, End: start + 60083765000, Opening: OpenSyn, Ending: EndFin, Part: 1}
	r.Outcome = outcome.Verdict{Class: outcome.Denied, Confidence: outcome.High, Attempts: 1, Closer: tcp.Server, HasCloser: true, Delay: 5013549, HasDelay: true, Passed: 23}
	r.Side = [2]Side{
		tcp.Client: {Total: measure.Total{Packets: 5, IPOctets: 259, Octets: 55}, Repeated: 3, State: conn.TimeWait},
		tcp.Server: {Total: measure.Total{Packets: 4, IPOctets: 310, Octets: 146}, State: conn.Closed, TCPStates: 0x43},
	}
	r.TCPChain.Pass(tcpchain.SEC, tcp.Client, tcpchain.Documented)
	r.TCPChain.Pass(tcpchain.FIN, tcp.Client, tcpchain.Documented)
	r.Side[tcp.Client].Identity = Identity{
		Signature: linux(), Uptime: 90.5e9,
		Match: &fingerprint.Match{Label: &fingerprint.Label{Name: "Linux 6.x (no doubt)"}, Fuzzy: true, Distance: 7, Link: "Ethernet"},
	}
	for _, letter := range "ShAdDfFa" {
		r.History.Add(byte(letter))
	}
	return r
}

// linux is the signature of a SYN that came over seven hops.
func linux() *fingerprint.Signature {
	s := &fingerprint.Signature{
		TTL: 57, MSS: 1460, Window: 44 * 1460, Scale: 7, Headers: 60, Stamped: true,
		Quirks: fingerprint.DontFragment | fingerprint.FragmentID,
	}
	s.Layout.Len = uint8(copy(s.Layout.Kinds[:], []uint8{2, 4, 8, 1, 3}))
	return s
}

// ping is a conversation for which most columns are null.
func ping() *Record {
	k, fromB := keyOf(packet.ProtoESP, "2001:db8::2", 0, "2001:db8::1", 0)
	r := &Record{Conn: 2, Continues: 1, Key: k, ClientIsB: fromB, Ending: EndCapture, Part: 1}
	r.Side[tcp.Client] = Side{Total: measure.Total{Packets: 1, IPOctets: 60, Octets: 20}}
	return r
}

// seen is a packet of telnet.
func seen() *Packet {
	r := telnet()
	v := &packet.View{Key: r.Key, Number: 7, At: r.Start, L4Len: 12, FromB: r.ClientIsB, L4Sum: tcp.SumGood}
	v.Seg = tcp.Segment{Seq: 4294967295, Ack: 1, Len: 12, Flags: tcp.PSH | tcp.ACK, Win: 17520}
	return &Packet{View: v, Conn: 1, Dir: tcp.Client, State: [2]conn.State{conn.Established, conn.CloseWait}, TCPStates: tcpstates.Establishment}
}

func texts[R any](columns []Column[R], row *R) string {
	var b strings.Builder
	for _, c := range columns {
		b.WriteString(c.Name + "=" + string(c.Append(nil, row)) + "\n")
	}
	return b.String()
}

func TestRows(t *testing.T) {
	for name, c := range map[string]struct{ got, want string }{
		"telnet": {texts(columns, telnet()), `conn=1
continues=
proto=tcp
client=192.168.2.10
client_port=1249
server=192.168.2.165
server_port=23
vlan=7
vni=5000
start_time=2001-02-03T20:06:32.845356000Z
end_time=2001-02-03T20:07:32.929121000Z
duration=60.083765
start=syn
view=both
record=final
part=1
end_reason=fin
outcome=denied
outcome_flags=
confidence=high
closer=server
attempts=1
deny_delay=5.013549
community_id=1:yWgnS00CAHWo5d8ZsAPw1l8zW/4=
client_state=TIME-WAIT
server_state=CLOSED
client_packets=5
client_ip_octets=259
client_octets=55
client_repeated_octets=3
server_packets=4
server_ip_octets=310
server_octets=146
server_repeated_octets=0
client_possible=TIME-WAIT
server_possible=CLOSED
client_retransmissions=0
client_spurious=0
client_keepalives=0
client_probes=0
client_reordered=0
client_duplicates=0
client_lost_before=0
client_lost_after=0
client_gap_octets=0
server_retransmissions=0
server_spurious=0
server_keepalives=0
server_probes=0
server_reordered=0
server_duplicates=0
server_lost_before=0
server_lost_after=0
server_gap_octets=0
history=ShAdDfFa
zeek_conn_state=OTH
zeek_history=ShAdDfFa
argus_state=CLO
tshark_completeness=23
tshark_completeness_str=.F.ASS
tcpstates_client=0x00
tcpstates_server=0x43
tcp_synflags_fwd=194
tcp_synflags_rev=
tcp_fin_fwd=true
tcp_fin_rev=false
tcp_rst_fwd=false
tcp_rst_rev=false
tcp_connected=false
rtt_handshake=
rtt_handshake_client=
rtt_handshake_server=
rtt_client_samples=
rtt_client_stamped=
rtt_client_min=
rtt_client_mean=
rtt_client_p95=
rtt_client_max=
srtt_client=
rttvar_client=
rtt_server_samples=
rtt_server_stamped=
rtt_server_min=
rtt_server_mean=
rtt_server_p95=
rtt_server_max=
srtt_server=
rttvar_server=
first_octet_client=
first_octet_server=
responses=
response_first=
response_min=
response_mean=
response_max=
silence_longest=
silence_start=
silence_cause=
silence_by=
client_signature=4:57+7:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0
client_os=Linux 6.x (no doubt)
client_os_match=fuzzy
client_distance=7
client_link=Ethernet
client_uptime=90.5
server_signature=
server_os=
server_os_match=
server_distance=
server_link=
server_uptime=
nf_invalid=
findings=[]
gates_closed=[]
`},
		"esp": {texts(columns, ping()), `conn=2
continues=1
proto=esp
client=2001:db8::2
client_port=
server=2001:db8::1
server_port=
vlan=
vni=
start_time=1970-01-01T00:00:00.000000000Z
end_time=1970-01-01T00:00:00.000000000Z
duration=0
start=
view=client-only
record=final
part=1
end_reason=capture-end
outcome=
outcome_flags=
confidence=
closer=
attempts=
deny_delay=
community_id=1:JIAyWiD7dl1e74CJAdetAUPF/To=
client_state=
server_state=
client_packets=1
client_ip_octets=60
client_octets=20
client_repeated_octets=
server_packets=0
server_ip_octets=0
server_octets=0
server_repeated_octets=
client_possible=
server_possible=
client_retransmissions=
client_spurious=
client_keepalives=
client_probes=
client_reordered=
client_duplicates=
client_lost_before=
client_lost_after=
client_gap_octets=
server_retransmissions=
server_spurious=
server_keepalives=
server_probes=
server_reordered=
server_duplicates=
server_lost_before=
server_lost_after=
server_gap_octets=
history=
zeek_conn_state=OTH
zeek_history=
argus_state=
tshark_completeness=
tshark_completeness_str=
tcpstates_client=
tcpstates_server=
tcp_synflags_fwd=
tcp_synflags_rev=
tcp_fin_fwd=
tcp_fin_rev=
tcp_rst_fwd=
tcp_rst_rev=
tcp_connected=
rtt_handshake=
rtt_handshake_client=
rtt_handshake_server=
rtt_client_samples=
rtt_client_stamped=
rtt_client_min=
rtt_client_mean=
rtt_client_p95=
rtt_client_max=
srtt_client=
rttvar_client=
rtt_server_samples=
rtt_server_stamped=
rtt_server_min=
rtt_server_mean=
rtt_server_p95=
rtt_server_max=
srtt_server=
rttvar_server=
first_octet_client=
first_octet_server=
responses=
response_first=
response_min=
response_mean=
response_max=
silence_longest=
silence_start=
silence_cause=
silence_by=
client_signature=
client_os=
client_os_match=
client_distance=
client_link=
client_uptime=
server_signature=
server_os=
server_os_match=
server_distance=
server_link=
server_uptime=
nf_invalid=
findings=
gates_closed=
`},
		"packet": {texts(packetColumns, seen()), `frame=7
time=2001-02-03T20:06:32.845356000Z
conn=1
dir=client
proto=tcp
src=192.168.2.10
src_port=1249
dst=192.168.2.165
dst_port=23
flags=P.
seq=4294967295
ack=1
len=12
win=17520
client_state=ESTABLISHED
server_state=CLOSE-WAIT
client_possible=ESTABLISHED
server_possible=CLOSE-WAIT
delivery=unknown
explanation=
tcpstates=0x01
checksum=good
undecoded=
findings=[]
nf_state=
nf_dir=
nf_tcp=
nf_timeout=
nf_status=
nf_windows=
nf_reason=
`},
		"not decoded": {texts(packetColumns, &Packet{View: &packet.View{Number: 1, Why: packet.NotIP}}), `frame=1
time=1970-01-01T00:00:00.000000000Z
conn=
dir=
proto=
src=
src_port=
dst=
dst_port=
flags=
seq=
ack=
len=
win=
client_state=
server_state=
client_possible=
server_possible=
delivery=
explanation=
tcpstates=
checksum=
undecoded=not-ip
findings=
nf_state=
nf_dir=
nf_tcp=
nf_timeout=
nf_status=
nf_windows=
nf_reason=
`},
	} {
		if c.got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, c.got, c.want)
		}
	}
}

// lawful is what a column promises of its text (Column), by its type.
var lawful = map[Type]*regexp.Regexp{
	Bool:     regexp.MustCompile(`^(true|false)?$`),
	Uint:     regexp.MustCompile(`^(0|[1-9][0-9]*)?$`),
	Duration: regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]{0,8}[1-9])?$`),
	Time:     regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$`),
	Addr:     regexp.MustCompile(`^[0-9a-f.:]*$`),
	String:   regexp.MustCompile(`^[0-9A-Za-z_.:+/=^-]*$`),
	List:     regexp.MustCompile(`^([0-9A-Za-z_.:+/=^-]+(,[0-9A-Za-z_.:+/=^-]+)*)?$`),
	Numbers:  regexp.MustCompile(`^([a-z_]+=[0-9]+(,[a-z_]+=[0-9]+)*)?$`),
	Text:     regexp.MustCompile(`^[ !#-\[\]-~]*$`), // printable ASCII, nothing that JSON escapes
}

func TestColumnsKeepTheirPromises(t *testing.T) {
	records := []*Record{telnet(), ping(), strange()}
	packets := []*Packet{seen(), {View: &packet.View{Why: packet.TCPOffset}}, refused(), lone(), raising()}
	keepPromises(t, columns, records)
	keepPromises(t, FlatColumns(), records)
	keepPromises(t, packetColumns, packets)
	keepPromises(t, FlatPacketColumns(), packets)
	r := strange()
	keepPromises(t, FindingColumns(), []*Finding{{Record: r, Finding: &r.Findings[0]}, {Record: r, Finding: &r.Findings[1]}, lost()})
}

func keepPromises[R any](t *testing.T, columns []Column[R], rows []*R) {
	names := map[string]bool{}
	for _, c := range columns {
		if names[c.Name] || c.Name == "" || c.Doc == "" || c.Source == "" || strings.ContainsAny(c.Doc, "\n|") {
			t.Errorf("%q: twice, or without a doc or source that stand on one line", c.Name)
		}
		names[c.Name] = true
		for _, row := range rows {
			text := c.Append(nil, row)
			if c.Name != "undecoded" && len(text) == 0 {
				continue
			}
			if c.Type == JSON && json.Valid(text) || c.Type != JSON && lawful[c.Type].Match(text) {
				continue
			}
			t.Errorf("%s: %q is not a %s", c.Name, text, c.Type)
		}
	}
}

func TestRowsDoNotAllocate(t *testing.T) {
	buf := make([]byte, 0, 4096)
	for _, r := range []*Record{telnet(), ping()} {
		for _, c := range columns {
			if n := testing.AllocsPerRun(100, func() { c.Append(buf, r) }); n != 0 {
				t.Errorf("%s allocates %v times", c.Name, n)
			}
		}
	}
	p := refused()
	for _, c := range packetColumns {
		if n := testing.AllocsPerRun(100, func() { c.Append(buf, p) }); n != 0 {
			t.Errorf("%s allocates %v times", c.Name, n)
		}
	}
}

func BenchmarkColumns(b *testing.B) {
	r, buf := telnet(), make([]byte, 0, 4096)
	for _, c := range columns {
		b.Run(c.Name, func(b *testing.B) {
			for b.Loop() {
				c.Append(buf, r)
			}
		})
	}
}
