package tcpdump_test

import (
	"regexp"
	"strings"

	"onpath/compat/tcpdump"
	"onpath/packet"
)

var (
	flagAE    = regexp.MustCompile(`(Flags \[[FSRP.UEW]*)e\]`)
	onlyAE    = regexp.MustCompile(`Flags \[\]`)
	mpFlags   = regexp.MustCompile(`(capable v[01]) flags \[[A-Hnoe]+\]`)
	mpDataLen = regexp.MustCompile(`,data_len=\d+\}`)
	mpReset   = regexp.MustCompile(`tcprst( flags \[[UVWTnoe]+\] reason [A-Za-z -]+(\(0x[0-9a-f]+\))?|\[bad opt\]\]?$)`)
)

// earlier takes from a line what later versions of tcpdump print and 4.99.3 does not:
// the flag AE (4.99.4), the flags and the data length of MP_CAPABLE, MP_TCPRST.
func earlier(line string) string {
	line = flagAE.ReplaceAllString(line, "$1]")
	line = onlyAE.ReplaceAllString(line, "Flags [none]")
	line = mpFlags.ReplaceAllString(line, "$1")
	line = mpDataLen.ReplaceAllString(line, "}")
	return mpReset.ReplaceAllString(line, "unknown")
}

// printer prints frames one by one.
type printer struct {
	*tcpdump.Printer
	decoder *packet.Decoder
	view    packet.View
}

func newPrinter(c tcpdump.Config) *printer {
	return &printer{Printer: tcpdump.New(c), decoder: packet.NewDecoder(packet.Config{})}
}

// line returns the line of a frame, with what AppendInner adds.
func (p *printer) line(f *packet.Frame) string {
	p.decoder.Decode(f, &p.view)
	line, _ := p.AppendPacket(p.AppendHead(nil, &p.view), &p.view)
	return string(p.AppendInner(line, &p.view))
}

// harness returns the settings of a test of tcpdump's own, which adds -# -n -tttt.
func harness(options string) tcpdump.Config {
	return tcpdump.Config{
		Number: true, Time: tcpdump.DateTime, Verbose: strings.Count(options, "v"), Link: strings.Contains(options, "-e"),
	}
}

// exactLines returns the lines of segments as they are, through their length.
func exactLines(lines []string) (list []string) {
	for _, l := range lines {
		if segments.MatchString(l) {
			list = append(list, through(l))
		}
	}
	return list
}
