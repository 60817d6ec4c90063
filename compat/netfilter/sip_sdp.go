package netfilter

// What a SIP message describes in SDP (RFC 4566).

// sdpTypes are the media that are expected, as the kernel has them: in small letters.
var sdpTypes = [...]struct {
	name  string
	class uint8
}{{"audio ", sipAudio}, {"video ", sipVideo}, {"image ", sipImage}}

// media expects the streams that the message describes, at most three.
func (s *sipMessage) media() string {
	description := sdpLine(s.b, "v=", "")
	if len(description) == 0 || !isDigit(description[0]) {
		return ""
	}
	session, hasSession := sdpAddress(description, s.Tuples[s.Dir].V6)
	for streams := 0; streams < len(sdpTypes); {
		description = sdpLine(description, "m=", "")
		if !sdpMedia(description) {
			return ""
		}
		class, rest := sdpType(description)
		port, _ := decimal(rest)
		if class == 0 || port == 0 {
			continue
		}
		addr, ok := sdpAddress(rest, s.Tuples[s.Dir].V6)
		if !ok {
			addr, ok = session, hasSession
		}
		switch {
		case uint32(port) < 1024 || uint32(port) > 65535:
			return sipWrongPort
		case !ok:
			return s.dropped(sipNoMedia)
		case !s.stream(class, addr, uint16(port)):
			return sipNoVoice
		}
		streams++
	}
	return ""
}

// stream expects RTP at an even port and RTCP at the next (RFC 3550 §11).
func (s *sipMessage) stream(class uint8, addr [16]byte, port uint16) bool {
	if addr != s.Tuples[s.Dir].Src {
		return true
	}
	for _, to := range [...]uint16{port &^ 1, port | 1} {
		e := s.toSender(protoUDP, to)
		e.Class = class
		if !s.expect(e) {
			return false
		}
	}
	return true
}

// sdpLine returns what follows name at the begin of one of the next lines, up to the
// end of the message; nil if there is none before a line that begins with until.
func sdpLine(b []byte, name, until string) []byte {
	for b = nextLine(b); b != nil; b = nextLine(b[1:]) {
		if until != "" && hasWord(b, until) {
			return nil
		}
		if hasWord(b, name) {
			return b[len(name):]
		}
	}
	return nil
}

// sdpMedia reports whether b is a description of media: letters and a blank.
func sdpMedia(b []byte) bool {
	for _, c := range b {
		if !isLetter(c) {
			return c == ' '
		}
	}
	return false
}

// sdpType returns the class of the media, 0 for those that are not expected, and
// what stands behind their name.
func sdpType(b []byte) (class uint8, rest []byte) {
	for _, t := range sdpTypes {
		if len(b) >= len(t.name) && string(b[:len(t.name)]) == t.name {
			return t.class, b[len(t.name):]
		}
	}
	return 0, nil
}

// sdpAddress returns the address of the next connection line that stands before a
// media line.
func sdpAddress(b []byte, v6 bool) (addr [16]byte, ok bool) {
	line := sdpLine(b, "c=", "m=")
	n := 0
	if v6 {
		addr, n = parseIPv6(behind(line, "IN IP6 "))
	} else {
		addr, n = parseIPv4(behind(line, "IN IP4 "))
	}
	return addr, n > 0
}

// behind returns what follows s, in this very case, in the first line of b; nil without
// it.
func behind(b []byte, s string) []byte {
	rest := inLine(b, s)
	if rest == nil || string(b[len(b)-len(rest)-len(s):len(b)-len(rest)]) != s {
		return nil
	}
	return rest
}
