package tcpdump

// Report is what Readers have read. A packet of several lines counts once; lines
// of hex dumps and empty ones count in Lines alone.
type Report struct {
	Lines   uint64
	Kinds   [numKinds]uint64
	Mended  uint64 // segments of which something was put right
	Untimed uint64 // packets without a time, which were placed 1 µs apart
	Dumps   uint64 // segments whose octets were taken from a hex dump
	Long    uint64 // lines longer than MaxLine, passed over
	Names   []Name // what was made up for names, in the order in which they came
}

// Note is what was strange about one packet of the text.
type Note struct {
	Line   uint64 // where it begins, 1-based
	Text   string
	Mended bool // it was put right; else the packet is left out
}
