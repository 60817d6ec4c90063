package run

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"onpath/filter"
	"onpath/internal/privilege"
	"onpath/packet"
	"onpath/source"
	"onpath/source/afpacket"
)

// Capture says where Live captures.
type Capture struct {
	Interfaces  []string // or afpacket.Any
	Promiscuous bool     // also what is addressed to others
	Snaplen     int      // octets to keep of a frame; 0: afpacket.DefaultSnaplen

	memory int // octets for all rings; 0: afpacket.DefaultMemory

	Drop bool            // give up all privileges when what needs them is open
	User *privilege.User // whom root becomes then; nil: it is not root who runs this
}

// patience is how long a packet may lie in a ring before it is handed over, and so how
// long the packets of other interfaces wait for it.
const patience = 50 * time.Millisecond

// errIdle says that nothing came for so long that time may go on without a packet.
var errIdle = errors.New("nothing came")

// live is the input that captures: the rings of all interfaces, merged by time.
type live struct {
	names    []string
	rings    []*afpacket.Ring
	heads    []head // of each ring
	now      int64  // when Next last had none to hand over, ns since 1970
	opened   int64  // since when all rings capture, ns since 1970
	until    int64  // the time at which all ends; 0: it does not
	number   uint64
	filtered bool             // there is a filter, which the kernel applies
	lost     []string         // why a ring's interface shows nothing; "": it does
	lacks    []*afpacket.Ring // those without a head
	last     stamp            // of the frame that was handed over last
}

// stamp is a packet's time, ns since the Unix epoch, and when nothing more had come for a
// while, by a clock that nobody sets.
type stamp struct {
	at    int64
	quiet time.Time
}

// head is the next frame of a ring.
type head struct {
	packet.Frame
	here  bool // it is one
	empty bool // the ring had none when it was last asked, and holds nothing for us
}

// openLive opens all rings. What befalls the interfaces is said.
func openLive(c *Config, say func(string)) (*live, error) {
	l := &live{names: c.Capture.Interfaces, now: time.Now().UnixNano(), filtered: c.Filter != nil}
	l.lost = make([]string, len(l.names))
	for i, name := range l.names {
		r, err := openRing(c, name, func(e afpacket.Event) {
			l.lost[i] = reason(e.What)
			say(e.String())
		})
		if err != nil {
			l.Close()
			return nil, err
		}
		l.rings = append(l.rings, r)
		say(fmt.Sprintf("listening on %s, link type %v", name, r.Link()))
	}
	l.heads = make([]head, len(l.rings))
	l.opened = time.Now().UnixNano()
	return l, nil
}

// reason says why an interface shows nothing after something befell it; "": it does.
func reason(w afpacket.What) string {
	if w == afpacket.Up || w == afpacket.Back {
		return ""
	}
	return w.String()
}

func openRing(c *Config, name string, event func(afpacket.Event)) (*afpacket.Ring, error) {
	link, err := afpacket.LinkOf(name)
	if err != nil {
		return nil, err
	}
	var program filter.Program
	if c.Filter != nil {
		if program, err = c.Filter.CompileLive(link); err != nil {
			return nil, fmt.Errorf("-i %s: %w", name, err)
		}
	}
	return afpacket.Open(afpacket.Config{
		Interface:   name,
		Promiscuous: c.Capture.Promiscuous,
		Snaplen:     c.Capture.Snaplen,
		Memory:      cmp.Or(c.Capture.memory, afpacket.DefaultMemory) / len(c.Capture.Interfaces),
		Filter:      program,
		Event:       event,
	})
}

// Next hands over the earliest frame of all rings. It waits for one, but not longer
// than until something else may have to be done: then it returns errIdle.
func (l *live) Next(f *packet.Frame) error {
	var began time.Time
	for {
		l.fill(true)
		late := !began.IsZero() && time.Since(began) >= patience
		i := l.earliest(late)
		if i < 0 {
			l.now = time.Now().UnixNano()
			i = l.earliest(late)
		}
		if i >= 0 {
			return l.take(i, f)
		}
		if late {
			return l.idle()
		}
		if began.IsZero() {
			began = time.Now()
		}
		if err := afpacket.Wait(l.missing(), l.rest()); err != nil {
			return err
		}
	}
}

// rest returns how long the other rings may still have an earlier frame than the first
// head; patience if there is none.
func (l *live) rest() time.Duration {
	rest := patience
	for i := range l.heads {
		if h := &l.heads[i]; h.here {
			rest = min(rest, time.Duration(h.At-l.now)+patience)
		}
	}
	return max(rest, time.Millisecond)
}

// idle says that there is no frame, and whether there will be one.
func (l *live) idle() error {
	if l.until != 0 {
		return l.end()
	}
	if l.last.quiet.IsZero() {
		l.last.quiet = time.Now()
	}
	return errIdle
}

// missing returns the rings that have no head: these are waited for.
func (l *live) missing() []*afpacket.Ring {
	l.lacks = l.lacks[:0]
	for i, r := range l.rings {
		if !l.heads[i].here {
			l.lacks = append(l.lacks, r)
		}
	}
	return l.lacks
}

// Buffered reports whether Next has a frame without waiting, that leaves those before
// it valid.
func (l *live) Buffered() bool {
	l.fill(false)
	for i := range l.heads {
		if h := &l.heads[i]; !h.here && !h.empty {
			return false
		}
	}
	return l.earliest(false) >= 0
}

// fill asks the rings for the frames that are next; without turn, only those that need
// not give back for it what they have handed over.
func (l *live) fill(turn bool) {
	for i, r := range l.rings {
		if h := &l.heads[i]; !h.here && (turn || r.Buffered()) {
			h.here = r.Next(&h.Frame)
			h.empty = !h.here
		}
	}
}

// earliest returns the ring whose frame is next, -1 if none is, or if another ring may
// still have an earlier one. late says that the others had time enough, whatever the
// clock says, which somebody may set.
func (l *live) earliest(late bool) int {
	first, all := -1, true
	for i := range l.heads {
		h := &l.heads[i]
		all = all && h.here
		if h.here && (first < 0 || h.At < l.heads[first].At) {
			first = i
		}
	}
	if first < 0 || all || late || l.heads[first].At <= l.now-int64(patience) {
		return first
	}
	return -1
}

// take hands the head of a ring over.
func (l *live) take(i int, f *packet.Frame) error {
	h := &l.heads[i]
	if l.until != 0 && h.At > l.until {
		return l.end()
	}
	l.number++
	*f, h.here = h.Frame, false
	f.Number = l.number
	l.last = stamp{at: f.At}
	return nil
}

// drain makes now the end: what has come until then is still handed over.
func (l *live) drain() { l.until = time.Now().UnixNano() }

// end counts what was dropped last.
func (l *live) end() error {
	for _, r := range l.rings {
		r.Stats()
	}
	return io.EOF
}

// silent returns until when nothing has come: time goes on from the last packet, so that
// nothing seems old because somebody sets the clock.
func (l *live) silent() int64 { return l.last.at + int64(time.Since(l.last.quiet)) }

// Size is not known.
func (l *live) Size() int64 { return 0 }

// Consumed is not known.
func (l *live) Consumed() int64 { return 0 }

// Health returns how many packets the kernel dropped, as far as Next has come.
func (l *live) Health() (h source.Health) {
	for _, r := range l.rings {
		h.Dropped += r.Dropped()
	}
	return h
}

// losses counts the places at which the kernel dropped packets.
func (l *live) losses() (n uint64) {
	for _, r := range l.rings {
		n += r.Losses()
	}
	return n
}

// Close gives the rings back.
func (l *live) Close() {
	for _, r := range l.rings {
		r.Close()
	}
}

// report says what each interface showed, and what was lost on the way to us.
func (l *live) report(b *strings.Builder) {
	if l.filtered {
		line(b, "filtered", "by the kernel, which does not count what it leaves out")
	}
	for i, r := range l.rings {
		s := r.Stats()
		line(b, "captured", fmt.Sprintf("%s on %s, %s dropped by the kernel%s", plural(s.Arrived, "packet"), l.names[i], thousands(s.Dropped), full(s)))
	}
}

// full says how often a ring had no room.
func full(s afpacket.Stats) string {
	if s.Frozen == 0 {
		return ""
	}
	return " (the ring was full " + often(s.Frozen) + ")"
}

func often(n uint64) string {
	if n == 1 {
		return "once"
	}
	return thousands(n) + " times"
}
