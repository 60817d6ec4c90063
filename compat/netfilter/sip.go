package netfilter

import "bytes"

// SIP (RFC 3261) with SDP (RFC 4566). Watched, in both directions: the requests INVITE,
// UPDATE, ACK and PRACK and the responses 1xx and 2xx to INVITE, UPDATE and PRACK, for
// the media that they describe; REGISTER and its response, for the Contact. Expected:
// for each audio, video and image stream two UDP connections, to the even port
// and the odd one above it, from the other end's address to the sender's address, any
// source port; for a Contact that the registrar has granted, connections from the
// registrar to it, read by this helper, too, as long as the registration lives.
// Address check: streams and Contacts at other addresses than the sender's own are
// not expected. INVITE and BYE, and a refusal of the latest INVITE, end the
// media that are expected; a refused or ended registration ends that. Each message
// lets the control connection live for an hour.
//
// A message whose CSeq cannot be read, or whose media lie outside of ports 1024 to
// 65535 or at no address, is dropped. Over TCP several messages may stand in one
// segment; what is cut by its end is not read.
//
// Source: the RFCs, and measurements of Linux 6.18 with its defaults (direct media,
// direct signalling), which confirm every case of testdata/helpers/sip.txt.

// The classes of SIP's expectations.
const (
	sipSignalling = iota
	sipAudio
	sipVideo
	sipImage
)

const sipMedia Classes = 1<<sipAudio | 1<<sipVideo | 1<<sipImage

var sipPolicies = []Policy{
	sipSignalling: {1, 3 * minute}, sipAudio: {4, 3 * minute}, sipVideo: {4, 3 * minute}, sipImage: {4, 3 * minute},
}

// Memory of SIP.
const (
	sipInvite     = iota // CSeq of the latest INVITE
	sipRegister          // CSeq of the latest REGISTER
	sipRegistered        // registration of the Contact that asks for it, or has it; 0 without one
)

const sipLife = 60 * minute

// sipShortest is less than any message has.
const sipShortest = len("SIP/2.0 200")

// sipMessage is one message, and the packet that it is in.
type sipMessage struct {
	*Payload
	memory *Memory
	expect func(Expectation) bool
	b      []byte // from its first octet on
	cseq   uint32
}

// sipMethods are the requests that are read.
var sipMethods = [...]string{"INVITE", "UPDATE", "ACK", "PRACK", "BYE", "REGISTER"}

// request reads a request of that method.
func (s *sipMessage) request(method string) string {
	switch method {
	case "INVITE":
		return s.invite()
	case "BYE":
		s.Forget |= sipMedia
		return ""
	case "REGISTER":
		return s.register()
	}
	return s.media()
}

// answered reads a response to a request of that method.
func (s *sipMessage) answered(method string, code uint32) string {
	switch method {
	case "INVITE", "UPDATE", "PRACK":
		return s.inviteAnswered(code)
	case "REGISTER":
		return s.registerAnswered(code)
	}
	return ""
}

// Why the kernel drops a message.
const (
	sipNoCSeq    = "cannot parse cseq"
	sipNoCode    = "cannot get code"
	sipNoMedia   = "cannot parse SDP message"
	sipWrongPort = "wrong port"
	sipNoExpires = "cannot parse expires"
	sipNoVoice   = "cannot add expectation for voice"
)

func readSIP(p *Payload, m *Memory, expect func(Expectation) bool) string {
	if len(p.Data) == 0 {
		return ""
	}
	p.Refresh = sipLife
	if p.Tuples[Original].Proto == protoTCP {
		return readSIPStream(p, m, expect)
	}
	if len(p.Data) < sipShortest {
		return ""
	}
	s := sipMessage{Payload: p, memory: m, expect: expect, b: p.Data}
	return s.read()
}

// readSIPStream reads the messages of a segment, each as long as its Content-Length
// says.
func readSIPStream(p *Payload, m *Memory, expect func(Expectation) bool) string {
	for b := p.Data; len(b) >= sipShortest; {
		n := sipLength(b)
		if n == 0 || n > len(b) {
			return ""
		}
		s := sipMessage{Payload: p, memory: m, expect: expect, b: b[:n]}
		if drop := s.read(); drop != "" {
			return drop
		}
		b = b[n:]
	}
	return ""
}

// sipLength returns how many octets the message has that b begins with, as far as
// int reaches; 0 if that cannot be told.
func sipLength(b []byte) int {
	value, ok := sipHeader(b, "Content-Length", "l")
	if !ok {
		return 0
	}
	v, n := decimal(value)
	end := bytes.Index(value, []byte("\r\n\r\n"))
	if n == 0 || end < 0 || v > 1<<20 {
		return 0
	}
	return len(b) - len(value) + end + len("\r\n\r\n") + int(v)
}

// read reads a request or a response.
func (s *sipMessage) read() string {
	const version = "SIP/2.0 "
	if hasWord(s.b, version) {
		return s.response(s.b[len(version):])
	}
	for _, method := range sipMethods {
		if !isRequest(s.b, method) {
			continue
		}
		if _, ok := s.readCSeq(); !ok {
			return s.dropped(sipNoCSeq)
		}
		return s.request(method)
	}
	return ""
}

// isRequest reports whether b is a request of that method.
func isRequest(b []byte, method string) bool {
	n := len(method)
	return len(b) >= n+2 && hasWord(b, method) && b[n] == ' ' && isLetter(b[n+1])
}

// response reads a response from its code on.
func (s *sipMessage) response(b []byte) string {
	code, _ := decimal(b)
	if uint32(code) == 0 {
		return sipNoCode
	}
	of, ok := s.readCSeq()
	if !ok {
		return s.dropped(sipNoCSeq)
	}
	for _, method := range sipMethods {
		if hasWord(of, method) {
			return s.answered(method, uint32(code))
		}
	}
	return ""
}

// readCSeq reads the number in the header CSeq, and returns the method behind it.
func (s *sipMessage) readCSeq() (method []byte, ok bool) {
	value, ok := sipHeader(s.b, "CSeq", "")
	if !ok {
		return nil, false
	}
	v, n := decimal(value)
	s.cseq = uint32(v)
	return value[min(n+1, len(value)):], n > 0
}

// dropped returns why, unless the capture cut the message: the kernel saw all of it.
func (s *sipMessage) dropped(why string) string {
	if !s.Whole {
		return ""
	}
	return why
}

func (s *sipMessage) invite() string {
	s.Forget |= sipMedia
	drop := s.media()
	if drop == "" {
		s.memory[sipInvite] = s.cseq
	}
	return drop
}

// inviteAnswered reads a response to a request that describes media.
func (s *sipMessage) inviteAnswered(code uint32) string {
	if code >= 100 && code <= 299 {
		return s.media()
	}
	if s.memory[sipInvite] == s.cseq {
		s.Forget |= sipMedia
	}
	return ""
}

// sipHeader returns what follows the name of a header, in its long or its compact form
// (empty for none), the colon and blanks, up to the end of the message. Lines that
// continue others are no headers; the body is not told apart from them, as in the
// kernel.
func sipHeader(b []byte, long, compact string) (value []byte, ok bool) {
	for b = nextLine(b); b != nil; b = nextLine(b[1:]) {
		if b[0] == ' ' || b[0] == '\t' {
			continue
		}
		rest := sipNamed(b, long, compact)
		if rest == nil {
			continue
		}
		rest = bytes.TrimLeft(rest, " \t")
		if len(rest) == 0 || rest[0] != ':' {
			return nil, false
		}
		rest = bytes.TrimLeft(rest[1:], " \t")
		return rest, len(rest) > 0
	}
	return nil, false
}

// sipNamed returns what follows the name at the begin of a line; nil if it is another.
func sipNamed(b []byte, long, compact string) []byte {
	if hasWord(b, long) {
		return b[len(long):]
	}
	n := len(compact)
	if n > 0 && len(b) > n && hasWord(b, compact) && !isLetter(b[n]) {
		return b[n:]
	}
	return nil
}

// nextLine returns b from the line behind its next line end on; nil without one, or
// with nothing behind it. To walk lines, go on behind the first octet of each: the
// kernel has looked at it already, so that of two line feeds in a row only the first
// begins a line.
func nextLine(b []byte) []byte {
	i := bytes.IndexAny(b, "\r\n")
	if i < 0 {
		return nil
	}
	if b[i] == '\r' && i+1 < len(b) && b[i+1] == '\n' {
		i++
	}
	if i+1 >= len(b) {
		return nil
	}
	return b[i+1:]
}

// inLine returns what follows s, in whatever case, before the next line end; nil
// without it.
func inLine(b []byte, s string) []byte {
	for i := 0; i+len(s) < len(b) && b[i] != '\r' && b[i] != '\n'; i++ {
		if hasWord(b[i:], s) {
			return b[i+len(s):]
		}
	}
	return nil
}
