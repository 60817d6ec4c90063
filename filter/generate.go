package filter

import (
	"fmt"

	"onpath/packet"
)

// condition is a part of a filter as it was read. It makes its formula when it is
// known where the headers lie; parts are asked in the order of the text, because some
// move the headers for those behind them.
type condition func(*generator) *formula

// generator makes the formula of one filter for one link type.
type generator struct {
	layout
	text string
	live bool // for a packet socket, to which the kernel gives VLAN tags apart
	bare bool // of frames whose tag it has taken off
	err  *Error
}

// fail notes the first word that has no meaning for this link type.
func (g *generator) fail(t token, why string, args ...any) *formula {
	if g.err == nil {
		g.err = &Error{g.text, t.text, t.at, fmt.Sprintf(why, args...)}
	}
	return never
}

// Filter is a filter that has been read. It is for any link type.
type Filter struct {
	text string
	cond condition
	vlan bool // it asks for VLANs
}

// String returns the words.
func (f *Filter) String() string { return f.text }

// Compile makes the program that selects frames as a capture of a link type has them.
// Its errors name the word that has no meaning there (*Error), or the link type.
func (f *Filter) Compile(link packet.LinkType) (Program, error) { return f.compile(link, false) }

// CompileLive makes the program for a packet socket of Linux over interfaces of a link
// type. There inbound and outbound have a meaning; vlan asks the kernel, which takes
// the outermost tag off, and then the offsets stay where they are.
func (f *Filter) CompileLive(link packet.LinkType) (Program, error) { return f.compile(link, true) }

func (f *Filter) compile(link packet.LinkType, live bool) (Program, error) {
	l, err := layoutOf(link)
	if err != nil {
		return nil, fmt.Errorf("filter %q: %w", clip(f.text), err)
	}
	g := &generator{layout: l, text: f.text, live: live}
	graph := newGraph()
	first := graph.decide(f.cond(g), accept, reject)
	if live && f.vlan {
		first = f.apart(g, l, graph, first)
	}
	if g.err != nil {
		return nil, g.err
	}
	if first >= ends {
		graph.shorten(first)
	}
	p := graph.write(first)
	if graph.spent || len(p) > MaxInstructions {
		return nil, fmt.Errorf("filter %q: its program would have more than %d instructions", clip(f.text), MaxInstructions)
	}
	return p, nil
}

// apart adds what is asked of frames whose tag the kernel has taken off. It returns the
// node that tells them from the others, for whom first is.
func (f *Filter) apart(g *generator, l layout, graph *graph, first int) int {
	g.layout, g.bare = l, true
	bare := graph.decide(f.cond(g), accept, reject)
	return graph.decide(equal(adTagPresent, 1, 1), bare, first)
}

// What the kernel tells at offsets that no frame has (linux/filter.h, SKF_AD_OFF).
const (
	adOff        = ^uint32(0x1000) + 1
	adPacketType = adOff + 4
	adTag        = adOff + 44
	adTagPresent = adOff + 48
)

// outgoing is the packet type of what this host sends (PACKET_OUTGOING, packet(7)).
const outgoing = 4
