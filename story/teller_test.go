package story_test

import (
	"fmt"
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/check"
	"onpath/conn"
	"onpath/measure"
	"onpath/packet"
	"onpath/record"
	"onpath/story"
	"onpath/tcp"
)

// both is what ends in the middle of a connection may be in.
var both = [2]conn.Set{conn.Of(conn.Established), conn.Of(conn.Established)}

// data is an ordinary segment of the client in the middle of a connection.
func data(frame uint64, at int64) *record.Packet {
	v := &packet.View{Number: frame, At: at}
	v.Seg = tcp.Segment{At: at, Flags: tcp.ACK, Len: 100, Win: 500}
	return &record.Packet{
		View: v, Conn: 1, Delivery: conn.New, Possible: both,
		State: [2]conn.State{conn.Established, conn.Established},
	}
}

// told feeds n ordinary segments, of which change may make something else, and ends the
// record.
func told(n int, r *record.Record, change func(*record.Packet)) *story.Story {
	var t story.Teller
	for i := range n {
		p := data(uint64(i+1), int64(i)*1000)
		change(p)
		t.Observe(p, fmt.Appendf(nil, "line %d", i+1))
	}
	return t.Tell(r)
}

func nothing(*record.Packet) {}

func TestPlainPacketsStandInOneRow(t *testing.T) {
	s := told(100, &record.Record{Key: packet.Key{Proto: packet.ProtoTCP}}, nothing)
	// The first is the first payload and has a row; of the 99 others the first and the last have.
	if len(s.Rows) != 4 {
		t.Fatalf("%d rows, want 4", len(s.Rows))
	}
	run := s.Rows[2].Run
	if run == nil || run.Segments != [2]uint64{97, 0} || run.Octets != [2]uint64{9700, 0} || run.Last != 99 {
		t.Errorf("run %+v, want frames 3 to 99", run)
	}
}

func TestWhatIsNotPlainHasARow(t *testing.T) {
	for name, change := range map[string]func(*record.Packet){
		"flags":       func(p *record.Packet) { p.View.Seg.Flags |= tcp.URG },
		"window":      func(p *record.Packet) { p.View.Seg.Win = 0 },
		"state":       func(p *record.Packet) { p.State[tcp.Server] = conn.CloseWait },
		"delivery":    func(p *record.Packet) { p.Delivery = conn.Retransmission },
		"explanation": func(p *record.Packet) { p.Explanation = conn.Path },
		"finding":     func(p *record.Packet) { p.Raised = []check.Raised{{Severity: anomaly.Suspicious}} },
		"answer":      func(p *record.Packet) { p.Dir = tcp.Server },
	} {
		s := told(100, &record.Record{}, func(p *record.Packet) {
			if p.View.Number == 50 {
				change(p)
			}
		})
		shown := false
		for _, r := range s.Rows {
			shown = shown || r.Frame == 50 && r.Run == nil
		}
		if !shown {
			t.Errorf("%s: frame 50 has no row of its own", name)
		}
	}
}

// A frame that a later one accuses is shown, however ordinary it was.
func TestAccusedFramesHaveRows(t *testing.T) {
	id, _ := anomaly.Lookup("rst-exact")
	r := &record.Record{Findings: []check.Finding{{ID: id, Count: 1, Kept: []check.Occurrence{{Moment: check.Moment{Frame: 90}, Accused: 40, Other: 30}}}}}
	s := told(100, r, nothing)
	rows := map[uint64]bool{}
	for _, row := range s.Rows {
		rows[row.Frame] = row.Run == nil
	}
	for _, frame := range []uint64{30, 40, 90} {
		if !rows[frame] {
			t.Errorf("frame %d has no row of its own", frame)
		}
	}
}

// The ladder is bounded, what is not plain longer than what is.
func TestLadderIsBounded(t *testing.T) {
	s := told(100_000, &record.Record{}, func(p *record.Packet) {
		if p.View.Number > 99_000 {
			p.Explanation = conn.Path
		}
	})
	if s.Unshown == 0 || s.Rows[len(s.Rows)-1].Frame != 100_000 {
		t.Errorf("%d unshown, last row %d: want plain ones left out and the others not", s.Unshown, s.Rows[len(s.Rows)-1].Frame)
	}
	s = told(100_000, &record.Record{}, func(p *record.Packet) { p.Explanation = conn.Path })
	if len(s.Rows) > 50_000 || s.Unshown == 0 {
		t.Errorf("%d rows, %d unshown", len(s.Rows), s.Unshown)
	}
}

func TestCertainties(t *testing.T) {
	s := told(3, &record.Record{}, func(p *record.Packet) {
		switch p.View.Number {
		case 1:
			p.Possible[tcp.Server] = conn.Of(conn.SynReceived, conn.Established)
		case 3:
			p.State[tcp.Client], p.Possible[tcp.Client] = conn.FinWait1, conn.Of(conn.FinWait1)
		}
	})
	var frames []uint64
	for _, e := range s.Proofs {
		frames = append(frames, e.Frame)
	}
	if fmt.Sprint(frames) != "[1 2 3]" { // the client at once, the server with frame 2, the client's FIN with 3
		t.Errorf("proofs at frames %v, want 1, 2, 3", frames)
	}
	if s.Rows[0].Sure != [2]bool{true, false} {
		t.Errorf("frame 1: sure %v, want the client alone", s.Rows[0].Sure)
	}
}

func TestPauses(t *testing.T) {
	s := told(3, &record.Record{}, func(p *record.Packet) {
		if p.View.Number == 3 {
			p.View.At += 5e9
		}
	})
	if pause := s.Rows[2].Pause; pause < 4.9e9 || pause > 5.1e9 {
		t.Errorf("pause of %d ns before frame 3, want 5 s", pause)
	}
}

// Every column that is told exists, and every silence's cause has words.
func TestColumnsExist(t *testing.T) {
	r := &record.Record{Key: packet.Key{Proto: packet.ProtoTCP}, Times: &measure.Times{}}
	for cause := measure.Sender; cause <= measure.RoundTrip; cause++ {
		r.Times.Silence = measure.Silence{Longest: 5e9, Cause: cause}
		s := told(3, r, nothing)
		if text := fmt.Sprint(s.Times); !strings.Contains(text, "5 s: ") {
			t.Errorf("%v: %s", cause, text)
		}
		if text := fmt.Sprint(s.Verdict); !strings.Contains(text, "longest silence") {
			t.Errorf("%v: %s", cause, text)
		}
	}
}

// An ICMP error has a row, goes to whose segment it quotes, and moves no state.
func TestErrorsAreHeard(t *testing.T) {
	var teller story.Teller
	quote := data(2, 2e9)
	quote.State, quote.About, quote.Quotes = [2]conn.State{}, 1, tcp.Client
	teller.Overhear(quote, []byte("too early"))
	teller.Observe(data(1, 0), []byte("segment"))
	teller.Overhear(quote, []byte("ICMP"))
	rows := teller.Tell(&record.Record{}).Rows
	if len(rows) != 2 || rows[1].Line != "ICMP" || rows[1].Dir != tcp.Server || rows[1].State != rows[0].State || rows[1].Pause != 2e9 {
		t.Errorf("%+v", rows)
	}
}

// What is mild and the same of many in a row is said once of them.
func TestRunsOfTheSame(t *testing.T) {
	id, _ := anomaly.Lookup("duplicate-ack")
	for severity, want := range map[anomaly.Severity]int{anomaly.Performance: 3, anomaly.Suspicious: 100} {
		s := told(100, &record.Record{}, func(p *record.Packet) {
			p.Raised = []check.Raised{{ID: id, Severity: severity, Count: p.View.Number, Accused: p.View.Number}}
		})
		if len(s.Rows) != want || len(s.Rows[1].Notes) != 1 {
			t.Errorf("%v: %d rows, want %d", severity, len(s.Rows), want)
		}
	}
}

// Of a capture that copies everything the first copies are told.
func TestCopiesGrowOld(t *testing.T) {
	id, _ := anomaly.Lookup("capture-duplicate")
	s := told(100, &record.Record{}, func(p *record.Packet) {
		if n := p.View.Number; n == 100 {
			p.View.Seg.Flags |= tcp.FIN
		}
		if n := p.View.Number; n%2 == 0 {
			p.Delivery, p.Explanation = conn.CaptureDuplicate, conn.Capture
			p.Raised = []check.Raised{{ID: id, Severity: anomaly.CaptureArtifact, Count: n / 2, Accused: n}}
		}
	})
	if len(s.Rows) != 10 { // three pairs, then the first of a run, the run, and its last; a FIN
		t.Fatalf("%d rows, want 10", len(s.Rows))
	}
	if run := s.Rows[7].Run; run == nil || run.Segments[tcp.Client] != 91 || run.Octets[tcp.Client] != 4500 {
		t.Errorf("%+v", run)
	}
	if len(s.Rows[9].Notes) != 1 {
		t.Errorf("of the FIN's copy is said: %v", s.Rows[9].Notes)
	}
}
