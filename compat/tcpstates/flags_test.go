package tcpstates

import (
	"strings"
	"testing"
)

func TestFlags(t *testing.T) {
	for f := 0; f < 256; f++ {
		if got, ok := ParseFlags(Flags(f).String()); !ok || got != Flags(f) {
			t.Errorf("%v is read as %v, %v", Flags(f), got, ok)
		}
	}
	for _, s := range []string{"", "x", "0x100", "-1", "256", "0x", "0x43 "} {
		if f, ok := ParseFlags(s); ok {
			t.Errorf("%q is read as %v", s, f)
		}
	}
	if f, ok := ParseFlags("67"); !ok || f != 0x43 {
		t.Errorf("67 is read as %v", f)
	}
}

// TestBits: the table has the seven bits in use, lowest first, each with its
// words.
func TestBits(t *testing.T) {
	var all Flags
	for _, b := range Bits() {
		if b.Bit&(b.Bit-1) != 0 || b.Bit <= all || b.Name == "" || b.Meaning == "" || b.Source == "" {
			t.Errorf("row %+v", b)
		}
		all |= b.Bit
	}
	if all != 0xdf {
		t.Errorf("bits in use are %v, want 0xdf", all)
	}
}

func TestExplain(t *testing.T) {
	for f, want := range map[Flags][]string{
		0:    {"0x00  nothing found"},
		0x43: {"0x01  malformed connection establishment: ", "0x02  malformed teardown: ", "0x40  reset from sender: "},
		0xa0: {"0x80  potential evil behavior (scan): ", "0x20  never set"},
	} {
		lines := strings.Split(strings.TrimSpace(f.Explain()), "\n")
		if len(lines) != len(want) {
			t.Errorf("%v has %d lines: %q", f, len(lines), lines)
			continue
		}
		for i := range want {
			if !strings.HasPrefix(lines[i], want[i]) {
				t.Errorf("%v: %q, want %q…", f, lines[i], want[i])
			}
		}
	}
}

func TestReport(t *testing.T) {
	r := Report{Aggregated: 0x43, TCP: 3, By: [8]uint64{3, 2, 0, 0, 0, 0, 1}}
	const want = `Aggregated tcpStatesAFlags=0x43
  0x01 malformed connection establishment: 3 of 3 flows
  0x02 malformed teardown: 2 of 3 flows
  0x40 reset from sender: 1 of 3 flows
`
	if got := string(r.Append(nil)); got != want {
		t.Errorf("report\n%swant\n%s", got, want)
	}
	if got := (&Report{}).Append(nil); len(got) != 0 {
		t.Errorf("a report of nothing: %q", got)
	}
}

func TestTime(t *testing.T) {
	for ns, want := range map[int64]string{
		0:             "0.000000000",
		1:             "0.000000001",
		1700000000e9:  "1700000000.000000000",
		-1:            "4294967295.999999999",
		-1000000001:   "4294967294.999999999",
		2164247948e9:  "2164247948.000000000",
		-2130719348e9: "2164247948.000000000",
	} {
		if got := string(appendTime(nil, ns)); got != want {
			t.Errorf("%d ns is %s, want %s", ns, got, want)
		}
	}
}
