package fingerprint

// windowKind is how a signature writes a window.
type windowKind uint8

const (
	windowFixed windowKind = iota
	windowMSS              // a multiple of the MSS
	windowMTU              // a multiple of the MTU
	windowMod              // in a Database only: any multiple of the number
	windowAny              // in a Database only
)

// windowPrefix stands before the number.
var windowPrefix = [...]string{windowMSS: "mss*", windowMTU: "mtu*", windowMod: "%", windowAny: "*"}

// leastMSS is below what p0f looks for no multiples.
const leastMSS = 100

// Octets of headers without options, and of a timestamp option with its padding.
const (
	headers4, headers6, stampLen = 40, 60, 12
	ethernet                     = 1500
)

// window returns the window as a multiple of the first of these that divides it: the
// MSS, with and without the room that a timestamp takes, that of Ethernet, the MTU
// that the MSS tells of, that of Ethernet, the peer's MSS. The order is p0f 3.09's,
// which was asked about windows that two of them divide.
func (s *Signature) window() (windowKind, uint16) {
	if s.Window == 0 || s.MSS < leastMSS {
		return windowFixed, s.Window
	}
	mss := int(s.MSS)
	for _, d := range [...]struct {
		holds bool
		kind  windowKind
		size  int
	}{
		{true, windowMSS, mss},
		{s.Stamped, windowMSS, mss - stampLen},
		{true, windowMSS, ethernet - headers4},
		{true, windowMSS, ethernet - headers4 - stampLen},
		{s.V6, windowMSS, ethernet - headers6},
		{s.V6, windowMSS, ethernet - headers6 - stampLen},
		{true, windowMTU, mss + headers4},
		{s.V6, windowMTU, mss + headers6},
		{true, windowMTU, mss + int(s.Headers)},
		{true, windowMTU, ethernet},
		{true, windowMSS, int(s.PeerMSS)},
		{true, windowMSS, int(s.PeerMSS) - stampLen},
	} {
		if d.holds && d.size > 0 && int(s.Window)%d.size == 0 {
			return d.kind, uint16(int(s.Window) / d.size)
		}
	}
	return windowFixed, s.Window
}
