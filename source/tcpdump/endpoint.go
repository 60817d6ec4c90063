package tcpdump

import (
	"net/netip"
	"strconv"
	"strings"
)

// endpoint is one side of an arrow as printed: an address or a host's name, and
// behind the last dot a port or a service's name.
type endpoint struct {
	addr netip.Addr
	name string // of the host; "" if addr is valid
	port uint16
	svc  string // name of the service; "" if port is known or none was printed
	some bool   // a port or service was printed
}

// maxName is how long a host's name can be (RFC 1035 §2.3.4).
const maxName = 253

// cutEndpoint reads addr.port, name.service, [v6].port, or either without a port.
func cutEndpoint(word string) (e endpoint, ok bool) {
	if len(word) > maxName+64 {
		return e, false
	}
	if addr, err := address(word); err == nil {
		return endpoint{addr: addr}, true
	}
	dot := strings.LastIndexByte(word, '.')
	if dot <= 0 || dot == len(word)-1 {
		return e, false
	}
	host, port := word[:dot], word[dot+1:]
	e.some = true
	if n, err := strconv.ParseUint(port, 10, 16); err == nil {
		e.port = uint16(n)
	} else if n, ok := services[strings.ToLower(port)]; ok {
		e.port = n
	} else if !isName(port) {
		return e, false
	} else {
		e.svc = port
	}
	if addr, err := address(host); err == nil {
		e.addr = addr
		return e, true
	}
	e.name = strings.ToLower(host)
	return e, isName(host) && !digits(strings.ReplaceAll(host, ".", ""))
}

// address reads an address, also in the brackets of a URL, without a zone.
func address(s string) (netip.Addr, error) {
	if inner, ok := strings.CutPrefix(s, "["); ok {
		s = strings.TrimSuffix(inner, "]")
	}
	addr, err := netip.ParseAddr(s)
	return addr.WithZone(""), err
}

// isEndpoint reports whether word can stand at an arrow.
func isEndpoint(word string) bool {
	_, ok := cutEndpoint(word)
	return ok
}

// isName reports whether s is made of what names of hosts and services are made
// of.
func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' && c != '+' {
			return false
		}
	}
	return s != "" && len(s) <= maxName
}

// services are names that tcpdump prints for TCP and UDP ports, as far as they
// are common (IANA "Service Name and Transport Protocol Port Number Registry",
// and the names that older systems have in /etc/services).
var services = map[string]uint16{
	"tcpmux": 1, "echo": 7, "discard": 9, "systat": 11, "daytime": 13, "netstat": 15, "qotd": 17, "chargen": 19,
	"ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "mail": 25, "time": 37, "nameserver": 42,
	"whois": 43, "nicname": 43, "tacacs": 49, "domain": 53, "bootps": 67, "bootpc": 68, "tftp": 69, "gopher": 70,
	"finger": 79, "http": 80, "www": 80, "www-http": 80, "kerberos": 88, "kerberos-sec": 88, "hostname": 101, "iso-tsap": 102,
	"pop2": 109, "pop-2": 109, "pop3": 110, "pop-3": 110, "sunrpc": 111, "rpcbind": 111, "auth": 113, "ident": 113,
	"sftp": 115, "nntp": 119, "ntp": 123, "epmap": 135, "loc-srv": 135, "netbios-ns": 137, "netbios-dgm": 138,
	"netbios-ssn": 139, "imap": 143, "imap2": 143, "snmp": 161, "snmptrap": 162, "snmp-trap": 162, "xdmcp": 177,
	"bgp": 179, "irc": 194, "ldap": 389, "https": 443, "microsoft-ds": 445, "kpasswd": 464, "submissions": 465, "urd": 465,
	"smtps": 465, "isakmp": 500, "exec": 512, "login": 513, "shell": 514, "cmd": 514, "printer": 515, "syslog": 514,
	"router": 520, "uucp": 540, "klogin": 543, "kshell": 544, "rtsp": 554, "nntps": 563, "submission": 587, "ipp": 631,
	"ldaps": 636, "ldp": 646, "rsync": 873, "ftps-data": 989, "ftps": 990, "telnets": 992, "imaps": 993, "ircs": 994, "pop3s": 995,
	"socks": 1080, "kazaa": 1214, "openvpn": 1194, "ms-sql-s": 1433, "ms-sql-m": 1434, "ica": 1494, "datametrics": 1645,
	"l2f": 1701, "l2tp": 1701, "h323hostcall": 1720, "pptp": 1723, "radius": 1812, "radius-acct": 1813, "mqtt": 1883,
	"nfs": 2049, "nfsd": 2049, "zephyr-srv": 2102, "cvspserver": 2401, "iscsi-target": 3260, "mysql": 3306,
	"ms-wbt-server": 3389, "svn": 3690, "epmd": 4369, "sip": 5060, "sip-tls": 5061, "aol": 5190, "xmpp-client": 5222,
	"xmpp-server": 5269, "cfengine": 5308, "mdns": 5353, "postgresql": 5432, "postgres": 5432, "amqps": 5671, "amqp": 5672,
	"rfb": 5900, "x11": 6000, "x11-1": 6001, "redis": 6379, "ircd": 6667, "afs3-fileserver": 7000, "http-alt": 8080,
	"webcache": 8080, "tproxy": 8081, "https-alt": 8443, "zabbix-agent": 10050, "zabbix-trapper": 10051, "amanda": 10080,
	"memcache": 11211,
}

// Service returns the port of a service that the package knows by name.
func Service(name string) (port uint16, ok bool) {
	port, ok = services[strings.ToLower(name)]
	return port, ok
}
