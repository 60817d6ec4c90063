package flow

import (
	"math/bits"

	"onpath/internal/prefetch"
)

// numbers tells the numbers of records that have begun in the Tables of shards, where they
// are named by the number of the frame that began them. It is an index of open addressing,
// as index is.
type numbers struct {
	places []name
	n      int
}

// name is a record that began with a frame; 0: nobody.
type name struct {
	frame  uint64
	num    uint64
	before uint64 // number of the record that it continues; 0: none
}

func (x *numbers) mask() uint64 { return uint64(len(x.places) - 1) }

// home returns the place that a frame has if nobody else does.
func (x *numbers) home(frame uint64) uint64 {
	return frame * 0x9e3779b97f4a7c15 >> (64 - bits.Len64(x.mask()))
}

// expect asks for the place that a frame has if nobody else does.
func (x *numbers) expect(frame uint64) {
	if len(x.places) > 0 {
		prefetch.Lines(&x.places[x.home(frame)], 0, 1)
	}
}

// of returns the place of a frame, or of nobody.
func (x *numbers) of(frame uint64) uint64 {
	i := x.home(frame)
	for x.places[i].frame != frame && x.places[i].frame != 0 {
		i = (i + 1) & x.mask()
	}
	return i
}

// add puts a name in.
func (x *numbers) add(n name) {
	if x.n >= len(x.places)/4*3 {
		x.grow()
	}
	at := &x.places[x.of(n.frame)]
	if at.frame == 0 { // else a state was made up, and has it twice
		x.n++
	}
	*at = n
}

func (x *numbers) grow() {
	old := x.places
	x.places = written(make([]name, max(firstSlots, 2*len(old))))
	for _, n := range old {
		if n.frame != 0 {
			x.places[x.of(n.frame)] = n
		}
	}
}

// find returns the name of the record that began with a frame.
func (x *numbers) find(frame uint64) name {
	if x.n == 0 {
		return name{}
	}
	return x.places[x.of(frame)]
}

// remove forgets it, and moves those back that had to probe past it.
func (x *numbers) remove(frame uint64) {
	if x.n == 0 {
		return
	}
	hole := x.of(frame)
	if x.places[hole].frame == 0 {
		return
	}
	x.n--
	for i := (hole + 1) & x.mask(); x.places[i].frame != 0; i = (i + 1) & x.mask() {
		if home := x.home(x.places[i].frame); (i-home)&x.mask() >= (i-hole)&x.mask() {
			x.places[hole] = x.places[i]
			hole = i
		}
	}
	x.places[hole] = name{}
}
