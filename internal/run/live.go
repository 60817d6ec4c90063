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
	rings  int // of each interface, if there is memory for them; 0 and 1: one

	Drop bool            // give up all privileges when what needs them is open
	User *privilege.User // whom root becomes then; nil: it is not root who runs this
}

// errIdle says that nothing came for so long that time may go on without a packet.
var errIdle = errors.New("nothing came")

// live is the input that captures: the rings of all interfaces, merged by time.
type live struct {
	taps     []tap
	rings    []*afpacket.Ring // of all
	merge    *merge
	opened   int64     // since when all rings capture, ns since 1970
	until    int64     // the time at which all ends, ns since 1970; 0: it does not
	drained  time.Time // when that was decided, by a clock that nobody sets
	number   uint64
	filtered bool             // there is a filter, which the kernel applies
	lacks    []*afpacket.Ring // those without a head
	last     stamp            // of the frame that was handed over last
}

// tap is an interface.
type tap struct {
	name  string
	rings []*afpacket.Ring
	lost  string // why it shows nothing; "": it does
}

// stamp is a packet's time, ns since the Unix epoch, and when nothing more had come for a
// while, by a clock that nobody sets.
type stamp struct {
	at    int64
	quiet time.Time
}

// openLive opens all rings. What befalls the interfaces is said.
func openLive(c *Config, say func(string)) (*live, error) {
	names := c.Capture.Interfaces
	l := &live{taps: make([]tap, len(names)), filtered: c.Filter != nil}
	var merged []ring
	for i, name := range names {
		t := &l.taps[i]
		t.name = name
		if err := t.open(c, say); err != nil {
			l.Close()
			return nil, err
		}
		l.rings = append(l.rings, t.rings...)
		for _, r := range t.rings {
			merged = append(merged, r)
		}
		say(t.listening())
	}
	l.merge = newMerge(merged, func() int64 { return time.Now().UnixNano() })
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

// leastRing is the least memory of a ring that shares its interface with others, in octets. A
// long flow has one of them alone, and its packets may wait there for those of others.
const leastRing = 4 << 20

// each returns how much memory the rings of an interface have, in octets, and how many they
// are: not more than what gives each enough, as one is enough for a processor or two.
func (c *Capture) each() (memory, rings int) {
	memory = cmp.Or(c.memory, afpacket.DefaultMemory) / len(c.Interfaces)
	return memory, max(1, min(c.rings, memory/leastRing))
}

// open opens the rings of the interface. A kernel that has no groups gives one ring,
// and that is said.
func (t *tap) open(c *Config, say func(string)) error {
	link, err := afpacket.LinkOf(t.name)
	if err != nil {
		return err
	}
	var program filter.Program
	if c.Filter != nil {
		if program, err = c.Filter.CompileLive(link); err != nil {
			return fmt.Errorf("-i %s: %w", t.name, err)
		}
	}
	memory, rings := c.Capture.each()
	config := afpacket.Config{
		Interface:   t.name,
		Promiscuous: c.Capture.Promiscuous,
		Snaplen:     c.Capture.Snaplen,
		Memory:      memory,
		Filter:      program,
		Event: func(e afpacket.Event) {
			t.lost = reason(e.What)
			say(e.String())
		},
	}
	if rings > 1 {
		if t.rings, err = afpacket.OpenFanout(config, rings); !errors.Is(err, afpacket.ErrNoFanout) {
			return err
		}
	}
	alone := err
	r, err := afpacket.Open(config)
	if err != nil {
		return err
	}
	t.rings = []*afpacket.Ring{r}
	if alone != nil {
		say(fmt.Sprintf("one ring: %v", alone))
	}
	return nil
}

// listening says what is captured.
func (t *tap) listening() string {
	text := fmt.Sprintf("listening on %s, link type %v", t.name, t.rings[0].Link())
	if n := len(t.rings); n > 1 {
		text += fmt.Sprintf(", %d rings", n)
	}
	return text
}

// stats are those of all rings together.
func (t *tap) stats() (all afpacket.Stats) {
	for _, r := range t.rings {
		s := r.Stats()
		all.Frames += s.Frames
		all.Arrived += s.Arrived
		all.Dropped += s.Dropped
		all.Frozen += s.Frozen
		all.Odd += s.Odd
	}
	return all
}

// glance is how long onpath looks away while a frame waits for others.
const glance = time.Millisecond

// Next hands over the earliest frame of all rings. It waits for one, but not longer
// than until something else may have to be done: then it returns errIdle.
func (l *live) Next(f *packet.Frame) error {
	var began time.Time
	for {
		if lane := l.merge.next(true); lane != nil {
			return l.take(lane, f)
		}
		rest := patience
		switch now := time.Now(); {
		case l.merge.waits():
			rest = glance
		case began.IsZero():
			began = now
		case now.Sub(began) >= patience:
			return l.idle()
		}
		if err := afpacket.Wait(l.missing(), rest); err != nil {
			return err
		}
	}
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
		if !l.merge.lanes[i].here {
			l.lacks = append(l.lacks, r)
		}
	}
	return l.lacks
}

// Buffered reports whether Next has a frame without waiting, that leaves those before
// it valid.
func (l *live) Buffered() bool { return l.merge.next(false) != nil }

// take hands the head of a ring over.
func (l *live) take(from *lane, f *packet.Frame) error {
	if l.until != 0 && (from.head.At > l.until || l.turnedBack(time.Now())) {
		return l.end()
	}
	l.number++
	*f, from.here = from.head, false
	f.Number = l.number
	l.last = stamp{at: f.At}
	if l.number%lookFrames == 0 {
		afpacket.Look(l.rings, time.Now())
	}
	return nil
}

// lookFrames is how many frames are handed over from one look after the interfaces to the
// next, if none has to be waited for: few against what a busy interface brings in 100 ms, and
// enough that the clock costs nothing.
const lookFrames = 1 << 10

// drain makes now the end: what has come until then is still handed over.
func (l *live) drain() {
	l.drained = time.Now()
	l.until = l.drained.UnixNano()
}

// longEnough is how long the end is waited for while frames come that are stamped before it.
const longEnough = 5 * time.Second

// turnedBack reports whether the end has not come though it should have long ago, as somebody
// has set the clock back. If nobody has, all that came before the end is handed over, however
// long that takes.
func (l *live) turnedBack(now time.Time) bool {
	return now.Sub(l.drained) > longEnough && now.UnixNano() <= l.until
}

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
	for i := range l.taps {
		for _, r := range l.taps[i].rings {
			r.Close()
		}
	}
}

// report says what each interface showed, and what was lost on the way to us.
func (l *live) report(b *strings.Builder) {
	if l.filtered {
		line(b, "filtered", "by the kernel, which does not count what it leaves out")
	}
	for i := range l.taps {
		s := l.taps[i].stats()
		line(b, "captured", fmt.Sprintf("%s on %s, %s dropped by the kernel%s", plural(s.Arrived, "packet"), l.taps[i].name, thousands(s.Dropped), full(s)))
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
