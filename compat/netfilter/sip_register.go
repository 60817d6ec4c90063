package netfilter

import "bytes"

// Registrations (RFC 3261 §10).

// register takes note of the Contact that a user agent wants to be called at. The
// kernel has an expectation for it from now on that matches nothing before it is
// granted; here it is announced when it is.
func (s *sipMessage) register() string {
	if s.Expected {
		return "" // the registrar's calls do not register
	}
	all := s.contacts()
	contact, ok := all.next()
	if !ok || contact.addr != s.Tuples[s.Dir].Src || !contact.transport(s.Tuples[s.Dir].Proto) {
		return ""
	}
	life, ok := contact.expires(s.expires())
	if !ok {
		return s.dropped(sipNoExpires)
	}
	s.memory[sipRegister] = s.cseq
	if life > 0 {
		s.Forget |= 1 << sipSignalling
		s.memory[sipRegistered] = registration(s.Dir, contact.port)
	}
	return ""
}

// registration is how the Contact of the sender of direction d is remembered.
func registration(d Dir, port uint16) uint32 { return 1<<17 | uint32(d)<<16 | uint32(port) }

// registerAnswered expects the registrar's calls to the Contact if it is among those
// that are granted.
func (s *sipMessage) registerAnswered(code uint32) string {
	if s.memory[sipRegister] != s.cseq || code >= 100 && code <= 199 {
		return ""
	}
	if code >= 200 && code <= 299 {
		life, drop := s.granted()
		if drop != "" {
			return drop
		}
		if life > 0 {
			s.expectCalls(life)
			return ""
		}
	}
	s.Forget |= 1 << sipSignalling
	s.memory[sipRegistered] = 0
	return ""
}

// granted returns for how many seconds the Contact that asked is registered; 0 if it
// is not.
func (s *sipMessage) granted() (life uint32, drop string) {
	all := s.expires()
	for c := s.contacts(); ; {
		contact, ok := c.next()
		if !ok {
			return 0, ""
		}
		if contact.addr != s.Tuples[s.Dir].Dst || !contact.transport(s.Tuples[s.Dir].Proto) {
			continue
		}
		if life, ok = contact.expires(all); !ok {
			return 0, s.dropped(sipNoExpires)
		}
		if life == 0 || s.memory[sipRegistered] == registration(1-s.Dir, contact.port) {
			return life, ""
		}
	}
}

// expectCalls expects what the registrar sends to the registered Contact.
func (s *sipMessage) expectCalls(life uint32) {
	t := s.Tuples[s.Dir]
	t.SrcPort, t.DstPort = 0, uint16(s.memory[sipRegistered])
	s.expect(Expectation{
		Tuple: t, AnySport: true, Class: sipSignalling, Helper: "sip", Many: true,
		Timeout: int64(life) * 1e9,
	})
}

// expires returns the seconds in the header of that name; 0 without it.
func (s *sipMessage) expires() uint32 {
	value, _ := sipHeader(s.b, "Expires", "")
	v, _ := decimal(value)
	return uint32(v)
}

// sipMostContacts is how many URIs of a message are read, which the kernel does not
// bound: each may have the rest of its line searched.
const sipMostContacts = 64

// sipContacts walks the URIs of the headers Contact.
type sipContacts struct {
	n  int    // read so far
	b  []byte // what is still to be read
	v6 bool
	in bool // b is inside of such a header
}

// sipContact is one of them.
type sipContact struct {
	addr [16]byte
	port uint16
	tail []byte // behind the address, up to the next Contact of the header
}

func (s *sipMessage) contacts() sipContacts {
	return sipContacts{b: s.b, v6: s.Tuples[s.Dir].V6}
}

// next returns the next Contact. One whose host is no address ends the walk.
func (c *sipContacts) next() (contact sipContact, ok bool) {
	if c.n++; c.n > sipMostContacts {
		return contact, false
	}
	if c.in {
		c.b, c.in = c.another()
	}
	if !c.in {
		value, ok := sipHeader(c.b, "Contact", "m")
		if !ok {
			return contact, false
		}
		c.b, c.in = value, true
	}
	uri := inLine(c.b, "sip:")
	contact, ok = readContact(uri, c.v6)
	c.b = contact.tail
	if i := bytes.IndexByte(contact.tail, ','); i >= 0 {
		contact.tail = contact.tail[:i]
	}
	return contact, ok
}

// another returns what follows the next comma of the header. Without one it returns
// all that is left.
func (c *sipContacts) another() ([]byte, bool) {
	for i, x := range c.b {
		if x == ',' {
			return c.b[i+1:], true
		}
		if x == '\r' || x == '\n' {
			break
		}
	}
	return c.b, false
}

// readContact reads user@address:port, or without the user or the port.
func readContact(uri []byte, v6 bool) (c sipContact, ok bool) {
	host := uri
	for i := 0; i < len(uri) && uri[i] != '\r' && uri[i] != '\n'; i++ {
		if uri[i] == '@' {
			host = uri[i+1:]
			break
		}
	}
	n := 0
	if c.addr, n = sipAddress(host, v6); n == 0 {
		return c, false
	}
	c.port, c.tail = 5060, host[n:]
	if len(c.tail) == 0 || c.tail[0] != ':' {
		return c, true
	}
	v, digits := decimal(c.tail[1:])
	c.port, c.tail = uint16(v), c.tail[1+digits:]
	return c, v >= 1024 && v <= 65535
}

// sipAddress reads the address of a URI: IPv6 stands in brackets.
func sipAddress(b []byte, v6 bool) (addr [16]byte, n int) {
	if !v6 {
		return parseIPv4(b)
	}
	if len(b) == 0 || b[0] != '[' {
		return addr, 0
	}
	addr, n = parseIPv6(b[1:])
	if n == 0 || n+1 >= len(b) || b[n+1] != ']' {
		return addr, 0
	}
	return addr, n + 2
}

// transport reports whether the Contact is for the protocol of the connection that it
// came by, which it is if it says nothing.
func (c *sipContact) transport(proto uint8) bool {
	value := inLine(c.tail, "transport=")
	switch {
	case value == nil:
		return true
	case hasWord(value, "UDP"):
		return proto == protoUDP
	case hasWord(value, "TCP"):
		return proto == protoTCP
	}
	return false
}

// expires returns the Contact's own seconds, or those of all. ok is false if they
// are no number.
func (c *sipContact) expires(all uint32) (life uint32, ok bool) {
	value := inLine(c.tail, "expires=")
	if value == nil {
		return all, true
	}
	v, n := decimal(value)
	return uint32(v), n > 0
}
