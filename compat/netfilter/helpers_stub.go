package netfilter

var known []struct {
	helper Helper
	proto  uint8
	ports  []uint16
}
