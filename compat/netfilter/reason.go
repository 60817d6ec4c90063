package netfilter

// Cause is why a packet was ignored or refused: a row of the table of causes.
type Cause uint8

// Reason is a Cause and the numbers that led to it. The zero Reason is none.
type Reason struct {
	Cause Cause
	Index uint8    // kind of the packet, as the kernel's log numbers it: 0 SYN, 1 SYNACK, 2 FIN, 3 ACK, 4 RST
	Dir   Dir      // of the packet
	State TCPState // of the entry before it
	// The bound that was broken: Got must be at most (Upper) or at least Bound, as
	// signed differences.
	Got, Bound uint32
	Upper      bool
}
