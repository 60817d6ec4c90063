package conn

import (
	"fmt"
	"strings"
	"testing"

	"onpath/tcp"
)

// TestSACK: which blocks are held after the ACKs of a client, and which of them
// told of octets that arrived twice. The server's octets 301 to 1001 passed, but for
// nothing: what a client says is not doubted here.
func TestSACK(t *testing.T) {
	const text = open + "0.1 < P. 301:1001(700) ack 101\n"
	for _, tt := range []struct {
		name, acks string // ACK and blocks of each, by ;
		held       string
		dsack      bool
		givenUp    uint64
	}{
		{"one", "301 401:501", "[[401 501]]", false, 0},
		{"its end is the last octet", "301 901:1001", "[[901 1001]]", false, 0},
		{"beyond all octets", "301 901:1002", "[]", false, 0},
		{"empty", "301 401:401", "[]", false, 0},
		{"reversed", "301 501:401", "[]", false, 0},
		{"longer than a stream may be", "301 2684354961:401", "[]", false, 0},
		{"two", "301 601:701 401:501", "[[601 701] [401 501]]", false, 0},
		{"two, of which the first was seen before", "301 401:501;301 601:701 401:501", "[[401 501] [601 701]]", false, 0},
		{"longer on the right", "301 401:501;301 401:601", "[[401 601]]", false, 0},
		{"longer on the left", "301 401:501;301 351:501", "[[351 501]]", false, 0},
		{"inside", "301 401:501;301 411:421", "[[401 501]]", false, 0},
		{"touches on the right", "301 401:501;301 501:551", "[[401 551]]", false, 0},
		{"touches on the left", "301 401:501;301 351:401", "[[351 501]]", false, 0},
		{"a higher third", "301 401:501;301 601:701;301 801:901", "[[401 501] [801 901]]", false, 1},
		{"a lower third", "301 401:501;301 801:901;301 601:701", "[[401 501] [801 901]]", false, 1},
		{"the ACK covers it", "301 401:501;501", "[]", false, 0},
		{"the ACK covers the first", "301 401:501;301 601:701;501", "[[601 701]]", false, 0},
		{"the ACK covers part of it", "301 401:501;451", "[[401 501]]", false, 0},
		{"duplicate below the ACK", "601 401:501", "[]", true, 0},
		{"duplicate that ends at the ACK", "601 501:601", "[]", true, 0},
		{"from below the ACK beyond it", "601 501:701", "[[501 701]]", false, 0},
		{"below the ACK, but not the first", "601 701:801 401:501", "[[701 801]]", false, 0},
		{"duplicate, and another below the ACK", "601 401:501 301:351", "[]", true, 0},
		{"duplicate inside the second", "301 451:501 401:601", "[[401 601]]", true, 0},
		{"duplicate that is the second", "301 401:601 401:601", "[[401 601]]", true, 0},
		{"beyond the second on the right", "301 451:651 401:601", "[[401 651]]", false, 0},
		{"beyond the second on the left", "301 351:601 401:601", "[[351 601]]", false, 0},
		{"the second is inside the third", "301 701:801 451:501 401:601", "[[701 801] [401 601]]", false, 0},
		{"what stands behind a single block means nothing", "301 401:501 !301:1001", "[[401 501]]", false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var tr Tracker
			var c Conn
			for _, s := range parse(t, text) {
				tr.Observe(&c, &s)
			}
			step := Step{}
			for i, s := range acksOf(t, tt.acks) {
				s.At = int64(i+2) * 1e9
				step = tr.Observe(&c, &s)
			}
			f, spans := c.Facts(tcp.Server), tr.Sacked(&c, tcp.Server)
			if held := fmt.Sprint(spans[:f.NumSacked]); held != tt.held || step.DSACK != tt.dsack || tr.SACKGivenUp != tt.givenUp {
				t.Errorf("%s, D-SACK %v, %d given up", held, step.DSACK, tr.SACKGivenUp)
			}
		})
	}
}

// acksOf reads ACKs with blocks. One after ! stands behind those that count.
func acksOf(t *testing.T, text string) (segs []tcp.Segment) {
	for ack := range strings.SplitSeq(text, ";") {
		s := tcp.Segment{Flags: tcp.ACK, Seq: 101, Win: 1000, Opts: tcp.OptSACK}
		blocks := strings.Fields(ack)
		fmt.Sscan(blocks[0], &s.Ack)
		for i, b := range blocks[1:] {
			if _, err := fmt.Sscanf(strings.TrimPrefix(b, "!"), "%d:%d", &s.SACK[i][0], &s.SACK[i][1]); err != nil {
				t.Fatal(err)
			}
			if b[0] != '!' {
				s.NumSACK++
			}
		}
		segs = append(segs, s)
	}
	return segs
}

// TestSackedOctets: of octets 401 to 500, what a block of them says.
func TestSackedOctets(t *testing.T) {
	m := move{e: &end{nSacked: 1}, ea: &aside{sacked: [2]span{{401, 501}}}}
	for _, tt := range []struct {
		from, to    tcp.Seq
		held, above bool
	}{
		{401, 501, true, true}, {411, 421, true, true}, {400, 501, false, true}, {401, 502, false, true}, {501, 511, false, false},
	} {
		if held, above := m.sacks(tt.from, tt.to), m.sackedAbove(tt.from); held != tt.held || above != tt.above {
			t.Errorf("%d to %d: %v, above %v", tt.from, tt.to, held, above)
		}
	}
}
