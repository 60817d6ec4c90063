package simulate

import (
	"fmt"
	"strings"
	"testing"

	"onpath/tcp"
)

// A stage is two ends and no path between them: the test carries the segments.
type stage struct {
	w    Sim
	dice Dice
}

// newStage sets up A with ISNs from 100 on and B with ISNs from 300 on.
func newStage() *stage {
	s := &stage{dice: Tape(nil)}
	s.w.mode, s.w.dice = &Mode{}, &s.dice
	for d := range s.w.ends {
		s.w.setUpEnd(tcp.Dir(d))
	}
	s.w.truth.reset(&s.w)
	for i := range maxIncarnations {
		s.w.ends[0].host.ISN[i] = tcp.Seq(100 + 300*i)
		s.w.ends[1].host.ISN[i] = tcp.Seq(300 + 100*i)
	}
	return s
}

// do plays one word of a figure: an end's name and a call, or what arrives at it:
// the number of a segment among those that were sent, or one that is written out.
func (s *stage) do(t *testing.T, line string) {
	w := strings.Fields(line)
	e := &s.w.ends[w[0][0]-'A']
	switch w[1] {
	case "listen":
		e.State, e.host.Listens = 1, true
	case "open":
		e.open(0)
	case "send":
		e.give(10)
		e.output()
	case "close":
		e.close()
		e.output()
	case "crash":
		e.forget()
	case "waits":
		e.waitAt = 0
		e.fire(0)
	case "gets":
		seg := s.segment(t, w[2])
		e.arrives(&seg)
	default:
		t.Fatalf("%q", line)
	}
}

// segment returns what "#3" or "syn:90" stand for: the third segment that was sent,
// or an old SYN.
func (s *stage) segment(t *testing.T, word string) tcp.Segment {
	var n int
	if _, err := fmt.Sscanf(word, "#%d", &n); err == nil && n <= len(s.w.frames) {
		return s.w.frames[n-1].seg
	}
	if _, err := fmt.Sscanf(word, "syn:%d", &n); err != nil {
		t.Fatalf("%q; %d segments were sent", word, len(s.w.frames))
	}
	return tcp.Segment{Flags: tcp.SYN, Seq: tcp.Seq(n), Win: 100}
}

// told writes the last segment as the RFC's figures do.
func (s *stage) told() string {
	if len(s.w.frames) == 0 {
		return ""
	}
	g := &s.w.frames[len(s.w.frames)-1].seg
	text := fmt.Sprintf("%d: %c %s %d", len(s.w.frames), 'A'+rune(g.Dir), g.Flags, g.Seq)
	if g.Flags.Has(tcp.ACK) {
		text += fmt.Sprintf(" ack %d", g.Ack)
	}
	return text
}

// open are the lines of figure 6, up to B's state.
const open = `
A open       | SYN-SENT    CLOSED       | 1: A S 100
B listen     | SYN-SENT    LISTEN       | 1: A S 100
B gets #1    | SYN-SENT    SYN-RECEIVED | 2: B S. 300 ack 101
A gets #2    | ESTABLISHED SYN-RECEIVED | 3: A . 101 ack 301
B gets #3    | ESTABLISHED ESTABLISHED  | 3: A . 101 ack 301
`

// The endpoints play the figures of RFC 9293 §3.5 and §3.6: after each event
// both states, and the last segment that was sent.
var figures = []struct{ name, text string }{
	{"6 basic handshake", open + `
A send       | ESTABLISHED ESTABLISHED  | 7: A P. 110 ack 301`},
	{"7 simultaneous open", `
A open       | SYN-SENT     CLOSED       | 1: A S 100
B open       | SYN-SENT     SYN-SENT     | 2: B S 300
A gets #2    | SYN-RECEIVED SYN-SENT     | 3: A S. 100 ack 301
B gets #1    | SYN-RECEIVED SYN-RECEIVED | 4: B S. 300 ack 101
B gets #3    | SYN-RECEIVED ESTABLISHED  | 4: B S. 300 ack 101
A gets #4    | ESTABLISHED  ESTABLISHED  | 4: B S. 300 ack 101`},
	{"8 old duplicate SYN", `
B listen     | CLOSED      LISTEN       |
A open       | SYN-SENT    LISTEN       | 1: A S 100
B gets syn:90| SYN-SENT    SYN-RECEIVED | 2: B S. 300 ack 91
A gets #2    | SYN-SENT    SYN-RECEIVED | 3: A R 91
B gets #3    | SYN-SENT    LISTEN       | 3: A R 91
B gets #1    | SYN-SENT    SYN-RECEIVED | 4: B S. 400 ack 101
A gets #4    | ESTABLISHED SYN-RECEIVED | 5: A . 101 ack 401
B gets #5    | ESTABLISHED ESTABLISHED  | 5: A . 101 ack 401`},
	{"9 half-open connection found", open + `
A crash      | CLOSED      ESTABLISHED  | 3: A . 101 ack 301
A open       | SYN-SENT    ESTABLISHED  | 4: A S 400
B gets #4    | SYN-SENT    ESTABLISHED  | 5: B . 301 ack 101
A gets #5    | SYN-SENT    ESTABLISHED  | 6: A R 101
B gets #6    | SYN-SENT    LISTEN       | 6: A R 101`},
	{"10 active side finds a half-open connection", open + `
A crash      | CLOSED      ESTABLISHED  | 3: A . 101 ack 301
B send       | CLOSED      ESTABLISHED  | 7: B P. 310 ack 101
A gets #7    | CLOSED      ESTABLISHED  | 8: A R 101
B gets #8    | CLOSED      LISTEN       | 8: A R 101`},
	{"11 old duplicate SYN at two passive sockets", `
A listen     | LISTEN      CLOSED       |
B listen     | LISTEN      LISTEN       |
B gets syn:90| LISTEN      SYN-RECEIVED | 1: B S. 300 ack 91
A gets #1    | LISTEN      SYN-RECEIVED | 2: A R 91
B gets #2    | LISTEN      LISTEN       | 2: A R 91`},
	{"12 normal close", open + `
A close      | FIN-WAIT-1  ESTABLISHED  | 4: A F. 101 ack 301
B gets #4    | FIN-WAIT-1  CLOSE-WAIT   | 5: B . 301 ack 102
A gets #5    | FIN-WAIT-2  CLOSE-WAIT   | 5: B . 301 ack 102
B close      | FIN-WAIT-2  LAST-ACK     | 6: B F. 301 ack 102
A gets #6    | TIME-WAIT   LAST-ACK     | 7: A . 102 ack 302
B gets #7    | TIME-WAIT   LISTEN       | 7: A . 102 ack 302
A waits      | CLOSED      LISTEN       | 7: A . 102 ack 302`},
	{"13 simultaneous close", open + `
A close      | FIN-WAIT-1  ESTABLISHED  | 4: A F. 101 ack 301
B close      | FIN-WAIT-1  FIN-WAIT-1   | 5: B F. 301 ack 101
A gets #5    | CLOSING     FIN-WAIT-1   | 6: A . 102 ack 302
B gets #4    | CLOSING     CLOSING      | 7: B . 302 ack 102
A gets #7    | TIME-WAIT   CLOSING      | 7: B . 302 ack 102
B gets #6    | TIME-WAIT   TIME-WAIT    | 7: B . 302 ack 102
A waits      | CLOSED      TIME-WAIT    | 7: B . 302 ack 102
B waits      | CLOSED      LISTEN       | 7: B . 302 ack 102`},
}

func TestFigures(t *testing.T) {
	for _, f := range figures {
		t.Run(f.name, func(t *testing.T) {
			s := newStage()
			for _, line := range strings.Split(strings.TrimSpace(f.text), "\n") {
				if line == "" {
					continue
				}
				part := strings.Split(line, "|")
				s.do(t, part[0])
				got := fmt.Sprintf("%v %v", s.w.ends[0].State, s.w.ends[1].State)
				if want := strings.Join(strings.Fields(part[1]), " "); got != want || s.told() != strings.TrimSpace(part[2]) {
					t.Fatalf("%s: %s, %s", line, got, s.told())
				}
			}
		})
	}
}
