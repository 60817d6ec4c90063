package filter

import "strings"

// protoWord is a word that stands for a protocol: alone, and before src, host, port …
type protoWord struct {
	ethertype uint32   // it is one of the link
	proto     uint32   // or one of IP
	only      uint32   // and then of this version; 0: of both
	link      bool     // or it means the link header
	ports     []uint32 // protocols whose ports it means
}

var protoWords = map[string]protoWord{
	"ether": {link: true}, "link": {link: true},
	"ip": {ethertype: typeIPv4}, "ip6": {ethertype: typeIPv6}, "arp": {ethertype: typeARP}, "rarp": {ethertype: typeRARP},
	"tcp": {proto: protoTCP, ports: []uint32{protoTCP}}, "udp": {proto: protoUDP, ports: []uint32{protoUDP}},
	"sctp": {proto: protoSCTP, ports: []uint32{protoSCTP}},
	"icmp": {proto: protoICMP, only: typeIPv4}, "icmp6": {proto: protoICMPv6, only: typeIPv6},
	"igmp": {proto: 2, only: typeIPv4}, "igrp": {proto: 9, only: typeIPv4}, "pim": {proto: 103},
	"ah": {proto: 51}, "esp": {proto: 50}, "vrrp": {proto: 112, only: typeIPv4}, "carp": {proto: 112, only: typeIPv4},
}

// anyPorts are the protocols that port means by itself, in the order in which they are
// asked.
var anyPorts = []uint32{protoSCTP, protoTCP, protoUDP}

// unsupported are words of the language that this package does not know what to do with.
var unsupported = setOf(`gateway protochain llc geneve fddi tr wlan slip radio atalk aarp decnet lat moprc mopdl sca iso stp
	ipx netbeui clnp esis isis l1 l2 iih lsp snp csnp psnp vpi vci lane oam oamf4 oamf4s oamf4e metac bcc sc ilmic
	connectmsg metaconnect ifname on rnr rulenum rset ruleset srnr subrulenum reason action type subtype ra ta addr1
	addr2 addr3 addr4 fisu lssu msu hfisu hlssu hmsu sio opc dpc sls hsio hopc hdpc hsls`)

// reserved are the words that are no names unless a backslash stands before them.
var reserved = setOf(`and or not src dst host net mask port portrange proto broadcast multicast less greater len inbound
	outbound vlan mpls pppoed pppoes`)

// isKeyword reports whether a token is a word of the language.
func isKeyword(t token) bool {
	return t.word && !t.quoted && (reserved[t.text] || unsupported[t.text] || isProto(t.text))
}

func isProto(word string) bool {
	_, ok := protoWords[word]
	return ok
}

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// ipProtos are names behind proto (IANA, Protocol Numbers).
var ipProtos = map[string]uint32{
	"ip": 0, "hopopt": 0, "icmp": 1, "igmp": 2, "ipencap": 4, "tcp": 6, "egp": 8, "igp": 9, "udp": 17, "ipv6": 41, "ipv6-route": 43, "ipv6-frag": 44,
	"rsvp": 46, "gre": 47, "esp": 50, "ah": 51, "ipv6-icmp": 58, "ipv6-nonxt": 59, "ipv6-opts": 60, "eigrp": 88,
	"ospf": 89, "pim": 103, "ipcomp": 108, "vrrp": 112, "l2tp": 115, "sctp": 132, "udplite": 136,
}

// etherProtos are names behind ether proto.
var etherProtos = map[string]uint32{"ip": typeIPv4, "ip6": typeIPv6, "arp": typeARP, "rarp": typeRARP, "loopback": 0x9000}

// constants are names of numbers in expressions: offsets, types of ICMP (RFC 792,
// RFC 4443 and others at IANA) and flags of TCP.
var constants = map[string]uint32{
	"icmptype": 0, "icmpcode": 1, "icmp6type": 0, "icmp6code": 1, "tcpflags": 13,
	"icmp-echoreply": 0, "icmp-unreach": 3, "icmp-sourcequench": 4, "icmp-redirect": 5, "icmp-echo": 8,
	"icmp-routeradvert": 9, "icmp-routersolicit": 10, "icmp-timxceed": 11, "icmp-paramprob": 12, "icmp-tstamp": 13,
	"icmp-tstampreply": 14, "icmp-ireq": 15, "icmp-ireqreply": 16, "icmp-maskreq": 17, "icmp-maskreply": 18,
	"icmp6-destinationunreach": 1, "icmp6-packettoobig": 2, "icmp6-timeexceeded": 3, "icmp6-parameterproblem": 4,
	"icmp6-echo": 128, "icmp6-echoreply": 129, "icmp6-multicastlistenerquery": 130,
	"icmp6-multicastlistenerreportv1": 131, "icmp6-multicastlistenerdone": 132, "icmp6-routersolicit": 133,
	"icmp6-routeradvert": 134, "icmp6-neighborsolicit": 135, "icmp6-neighboradvert": 136, "icmp6-redirect": 137,
	"icmp6-routerrenum": 138, "icmp6-nodeinformationquery": 139, "icmp6-nodeinformationresponse": 140,
	"icmp6-ineighbordiscoverysolicit": 141, "icmp6-ineighbordiscoveryadvert": 142,
	"icmp6-multicastlistenerreportv2": 143, "icmp6-homeagentdiscoveryrequest": 144,
	"icmp6-homeagentdiscoveryreply": 145, "icmp6-mobileprefixsolicit": 146, "icmp6-mobileprefixadvert": 147,
	"icmp6-certpathsolicit": 148, "icmp6-certpathadvert": 149, "icmp6-multicastrouteradvert": 151,
	"icmp6-multicastroutersolicit": 152, "icmp6-multicastrouterterm": 153,
	"tcp-fin": 1, "tcp-syn": 2, "tcp-rst": 4, "tcp-push": 8, "tcp-ack": 16, "tcp-urg": 32, "tcp-ece": 64, "tcp-cwr": 128,
}

// onlyTCP and onlyUDP are services that exist over one of them alone, as /etc/services of
// common systems has them; others are looked for over all.
var (
	onlyTCP = setOf(`tcpmux systat netstat qotd ftp-data ftp ssh telnet smtp mail whois nicname gopher finger http www
		www-http iso-tsap pop3 pop-3 auth ident nntp epmap loc-srv netbios-ssn imap imap2 bgp microsoft-ds submissions urd
		smtps exec login shell cmd printer uucp klogin kshell nntps submission ipp rsync ftps-data ftps telnets imaps pop3s
		socks ms-sql-s cvspserver iscsi-target mysql ms-wbt-server svn epmd xmpp-client xmpp-server cfengine postgresql
		postgres amqps x11 x11-1 redis ircd http-alt webcache tproxy zabbix-agent zabbix-trapper amanda`)
	onlyUDP = setOf(`bootps bootpc tftp ntp netbios-ns netbios-dgm xdmcp isakmp router ms-sql-m l2f l2tp zephyr-srv mdns
		afs3-fileserver`)
)
