package check

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/conn"
	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/tcp"
)

// watch plays a conversation as frames, and returns what was found in the end.
func watch(t *testing.T, text string) []Finding {
	t.Helper()
	p := played(t, text)
	p.in.world.networks.add(&p.v.Key) // by another connection between the same networks
	found := p.in.Finish(&p.c, p.end(), &p.conn)
	for _, f := range p.in.Strays() {
		f.Kept = []Occurrence{{Numbers: f.Numbers}}
		found = append(found, f.Finding)
	}
	return append(found, p.events...)
}

// played returns a conversation that has passed as frames.
func played(t *testing.T, text string) *player {
	t.Helper()
	lines, err := segtext.ParseLines(text)
	if err != nil {
		t.Fatal(err)
	}
	p := &player{t: t, in: New(Config{Overlap: 1 << 20}), decoder: packet.NewDecoder(packet.Config{})}
	p.in.capture.note(0) // the capture begins at 0
	for i := range lines {
		p.play(&lines[i], uint64(i+1))
	}
	return p
}

// player is one connection on its way past us.
type player struct {
	t       *testing.T
	in      *Inspector
	decoder *packet.Decoder
	tracker conn.Tracker
	conn    conn.Conn
	c       Case
	v       packet.View
	e       End
	events  []Finding // of the lifecycle, which are not kept
}

func (p *player) play(l *segtext.Line, number uint64) {
	p.decoder.Decode(frameOf(l, number), &p.v)
	if q, ok := p.v.Quote(); ok {
		p.in.ICMP(&p.c, &p.v, &q, l.Dir, &p.conn)
		return
	}
	if !p.v.IsTCP() {
		p.t.Fatalf("frame %d: %v", number, p.v.Why)
	}
	p.v.Seg.Dir = l.Dir
	p.watch()
}

// frameOf returns a line as a frame that was captured whole, or cut as the line says.
func frameOf(l *segtext.Line, number uint64) *packet.Frame {
	data := l.Frame()
	f := &packet.Frame{Number: number, At: l.At, Link: packet.LinkEthernet, Data: data, WireLen: uint32(len(data))}
	if l.Cut > 0 && l.Cut < len(data) {
		f.Data = data[:l.Cut]
	}
	return f
}

// watch is what flow does with a segment.
func (p *player) watch() {
	s := &p.v.Seg
	shown := p.c.Shows(&p.v)
	p.tracker.Keep = true
	step := p.tracker.Observe(&p.conn, s)
	if p.e.Packets == [2]uint64{} {
		p.e.Start, p.e.Syn = s.At, s.Flags&(tcp.SYN|tcp.ACK) == tcp.SYN
	}
	p.e.At, p.e.Now = s.At, s.At
	p.e.Packets[s.Dir]++
	p.e.Octets[s.Dir] += uint64(step.New)
	p.in.Judge(&p.c, shown, &p.v, &step, p.tracker.Before(), &p.conn)
	for _, r := range p.in.Raised() {
		if event(r.ID) {
			p.events = append(p.events, Finding{ID: r.ID, Dir: r.Dir, Severity: r.Severity, Kept: make([]Occurrence, 1)})
		}
	}
}

// end is a record that ended by silence: nothing came for ten minutes.
func (p *player) end() *End {
	p.e.Now, p.e.Key = p.e.At+600e9, p.v.Key
	return &p.e
}

// story is one conversation of testdata, and what it must raise or must not.
type story struct {
	file, title string
	raises, not []string
	text        string
}

// stories reads testdata/*.txt: blocks that begin with a line
//
//	== ID … [not ID …]   a comment
//
// and hold a conversation in the language of segtext.
func stories(t *testing.T) (all []story) {
	files, _ := filepath.Glob("testdata/*.txt")
	if len(files) == 0 {
		t.Fatal("no stories")
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range bytes.Split(b, []byte("\n== "))[1:] {
			title, text, _ := strings.Cut(string(block), "\n")
			all = append(all, newStory(filepath.Base(name), title, text))
		}
	}
	return all
}

// newStory reads the words of a title up to the first that is neither "not" nor
// an ID.
func newStory(file, title, text string) story {
	s := story{file: file, title: title, text: text}
	list := &s.raises
	for _, w := range strings.Fields(title) {
		if _, ok := anomaly.Lookup(w); ok {
			*list = append(*list, w)
		} else if w == "not" {
			list = &s.not
		} else {
			break
		}
	}
	return s
}

// TestStories: each conversation raises what its title says, and nothing that the
// title says it does not.
func TestStories(t *testing.T) {
	for _, s := range stories(t) {
		t.Run(strings.TrimSuffix(s.file, ".txt")+"/"+strings.ReplaceAll(s.title, " ", "_"), func(t *testing.T) {
			found := map[string]bool{}
			var all []string
			watched := watch(t, s.text)
			for _, f := range watched {
				found[f.ID.String()] = true
				all = append(all, fmt.Sprintf("%v of the %v, %v: %s", f.ID, f.Dir, f.Severity, AppendSentence(nil, f.ID, f.Kept[0].Numbers)))
			}
			for _, f := range watched {
				if f.Severity > Strongest(f.ID) {
					t.Errorf("%v is %v, and %v at most", f.ID, f.Severity, Strongest(f.ID))
				}
			}
			for _, id := range s.raises {
				if !found[id] {
					t.Errorf("%s is not raised; found: %s", id, strings.Join(all, "; "))
				}
			}
			for _, id := range s.not {
				if found[id] {
					t.Errorf("%s is raised; found: %s", id, strings.Join(all, "; "))
				}
			}
		})
	}
}

// TestEachRuleHasStories: each rule has a conversation that raises it, and one that
// nearly does.
func TestEachRuleHasStories(t *testing.T) {
	raised, nearly := map[string]bool{}, map[string]bool{}
	for _, s := range stories(t) {
		for _, id := range s.raises {
			raised[id] = true
		}
		for _, id := range s.not {
			nearly[id] = true
		}
	}
	for id := range Asked().All() {
		if elsewhere[id] || id.Row().Family == anomaly.FamilyHost { // TestScans and its neighbours ask for those
			continue
		}
		if !raised[id.String()] {
			t.Errorf("%v: no story raises it", id)
		}
		if !nearly[id.String()] {
			t.Errorf("%v: no story nearly raises it", id)
		}
	}
}
