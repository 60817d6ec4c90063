// Package h323 reads from H.323's messages where they say that connections will be:
// RAS and call signalling (ITU-T H.225.0) and control (H.245), in the aligned variant of
// the packed encoding rules. It reads over all else as far as it must, by tables of the
// types; what it does not know ends the reading. It allocates nothing.
package h323

import "encoding/binary"

// Mark is what an address is for.
type Mark uint8

// The marks.
const (
	RASAddress     Mark = 1 + iota // of a gatekeeper: UDP
	CallAddress                    // of an endpoint, for call signalling: TCP
	ControlAddress                 // for H.245: TCP
	Media                          // for RTP or RTCP: UDP
	MediaControl                   // for RTCP: UDP
	Data                           // for T.120: TCP
	Forwarded                      // of who else is to be called: TCP

	timeToLive
	reason      // of a Facility
	protocol    // of a data channel
	acked       // where a data channel is, by its acknowledgement
	fastStarted // an OpenLogicalChannel
	tunnelled   // a message of H.245
)

// Told is an address and port that a message tells.
type Told struct {
	Mark Mark
	Port uint16
	Addr [16]byte // IPv4 as ::ffff:a.b.c.d
	Data []byte   // of what else is marked
}

// Kind is a message of RAS, as RasMessage numbers them.
type Kind uint8

// The kinds that tell something.
const (
	GatekeeperConfirm     Kind = 1
	RegistrationRequest   Kind = 3
	RegistrationConfirm   Kind = 4
	UnregistrationRequest Kind = 6
	AdmissionConfirm      Kind = 10
	LocationConfirm       Kind = 19
)

// Message is what one message tells: at most 32 addresses, more are not looked at.
type Message struct {
	Kind       Kind   // of RAS
	TimeToLive uint32 // of a RegistrationRequest or its confirmation, in seconds; 0 if it has none

	told     [32]Told
	n        int
	reason   uint32 // of a Facility
	separate bool   // the data channel that is read has a stack of its own
}

// Told returns the addresses, in the order of the message.
func (m *Message) Told() []Told { return m.told[:m.n] }

func (m *Message) add(t Told) {
	switch {
	case t.Mark == tunnelled:
		m.walk(t.Data, controlMessage)
	case t.Mark == fastStarted:
		m.walk(t.Data, openChannel)
	case t.Mark == Data && !m.separate:
	case m.n < len(m.told):
		if t.Mark == acked {
			t.Mark = Data
		}
		m.told[m.n] = t
		m.n++
	}
}

// drop takes back what was told for a purpose.
func (m *Message) drop(mark Mark) {
	n := 0
	for _, t := range m.Told() {
		if t.Mark != mark {
			m.told[n] = t
			n++
		}
	}
	m.n = n
}

// walk reads a value of type t. One that cannot be read tells nothing.
func (m *Message) walk(b []byte, t *asn) bool {
	before := m.n
	m.separate = false
	p := per{b: b}
	p.walk(t, 0, m)
	if p.bad {
		m.n = before
	}
	return !p.bad
}

// ReadRAS reads a message of RAS. It returns false for one that tells nothing.
func (m *Message) ReadRAS(b []byte) bool {
	p := per{b: b}
	if p.bool() {
		return false // none of the first version's
	}
	m.Kind = Kind(p.bits(5))
	if p.bad || int(m.Kind) >= len(ras) || ras[m.Kind] == nil {
		return false
	}
	p.walk(ras[m.Kind], 0, m)
	if p.bad {
		m.n = 0
	}
	return !p.bad
}

// ReadCall reads a message of Q.931 with what H.225.0 puts into its User-user element
// (§7.2.2.31).
func (m *Message) ReadCall(b []byte) bool {
	b = userToUser(b)
	if len(b) == 0 || !m.walk(b, userInformation) {
		return false
	}
	const callForwarded = 1
	if m.reason != callForwarded {
		m.drop(Forwarded)
	}
	return true
}

// ReadControl reads a message of H.245.
func (m *Message) ReadControl(b []byte) bool { return m.walk(b, controlMessage) }

// userToUser returns the contents of the User-user element; nil without one.
func userToUser(b []byte) []byte {
	const q931, userUser = 8, 0x7e
	if len(b) < 2 || b[0] != q931 || len(b) < 3+int(b[1]) {
		return nil
	}
	for b = b[3+int(b[1]):]; len(b) >= 2; {
		switch {
		case b[0] == userUser:
			return userContents(b)
		case b[0]&0x80 != 0: // an element of one octet
			b = b[1:]
		default:
			b = b[min(len(b), 2+int(b[1])):]
		}
	}
	return nil
}

// userContents returns what follows the length and the protocol discriminator of the
// element that b begins with.
func userContents(b []byte) []byte {
	if len(b) < 4 {
		return nil
	}
	n := int(binary.BigEndian.Uint16(b[1:]))
	if n < 1 || len(b) < 3+n {
		return nil
	}
	return b[4 : 3+n]
}
