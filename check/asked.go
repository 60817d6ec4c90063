package check

import (
	"math/bits"

	"onpath/anomaly"
)

// concern is a list of rules that some trigger concerns.
type concern struct {
	when  trigger
	rules []*rule
}

// maxMasks is how many of these lists are remembered: few masks of triggers occur, but
// for what is sent to have many. A list's memory is its place's: those grow to the number
// of rules, and no further.
const maxMasks = 1 << 8

// asked is a list of rules that was asked before: those that some trigger concerns and
// that can hold although so much is in order.
type asked struct {
	when  trigger
	order sound
	rules []*rule
}

// maxAsked is how many of these lists are remembered; behind a loss some ten are in use.
const maxAsked = 1 << 6

// askedOf returns the rules that some trigger of t concerns, but for those that look for
// what order says is in order. (To leave these out each time was 600 instructions of 3,100
// for a segment behind a loss.)
func (in *Inspector) askedOf(t trigger, order sound) []*rule {
	a := &in.asked[(uint32(t)*0x9e3779b1^uint32(order)*0x85ebca6b)>>26%maxAsked]
	if a.when == t && a.order == order {
		return a.rules
	}
	a.when, a.order, a.rules = t, order, a.rules[:0]
	for _, r := range in.concerned(t) {
		if unsound[r.id]&order == 0 {
			a.rules = append(a.rules, r)
		}
	}
	return a.rules
}

// concerned returns the rules that some trigger of t concerns, in the order of
// their triggers, valid until the next call.
func (in *Inspector) concerned(t trigger) []*rule {
	list := &in.lists[uint32(t)*0x9e3779b1>>24%maxMasks]
	if list.when == t {
		return list.rules
	}
	var asked anomaly.Set
	list.when, list.rules = t, list.rules[:0]
	for rest := t; rest != 0; rest &= rest - 1 {
		for _, r := range in.ask[bits.TrailingZeros32(uint32(rest))] {
			if !asked.Has(r.id) {
				asked.Add(r.id)
				list.rules = append(list.rules, r)
			}
		}
	}
	return list.rules
}
