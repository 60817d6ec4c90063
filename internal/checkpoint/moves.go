package checkpoint

import (
	"encoding/binary"
	"reflect"
	"unsafe"

	"onpath/anomaly"
)

// moves are how a type of part in a file becomes one of this version.
type moves struct {
	size  uint32 // in the file
	into  any    // pointer to a part of this version; nil: there is no such type any more
	to    []byte // its memory
	move  []move
	small []small      // in to
	named []run        // in to, of anomaly.ID
	ids   []anomaly.ID // of this version, by the numbers of the file
}

// move copies n octets.
type move struct{ from, to, n uint32 }

// run is n values in a part.
type run struct{ at, n uint32 }

// from returns how the parts of a file become those of l, by the numbers of their types
// in the file.
func (l *Layout) from(h Head) (all []*moves, err error) {
	ids := idsOf(h.Names)
	for i := range h.Kinds {
		old := &h.Kinds[i]
		if old.Size > maxBlock {
			return nil, refuse("it is damaged: a part of %d octets", old.Size)
		}
		m := &moves{size: old.Size, ids: ids}
		if now := l.named(old.Name); now != nil {
			if err := m.plan(old, now); err != nil {
				return nil, err
			}
		}
		all = append(all, m)
	}
	return all, nil
}

// named returns the type of that name, or nil.
func (l *Layout) named(name string) *kind {
	for _, k := range l.kinds {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// idsOf returns the anomalies of this version by the numbers of one that called them so;
// 0 for those that are no more.
func idsOf(names []string) []anomaly.ID {
	ids := make([]anomaly.ID, len(names))
	for i, name := range names {
		ids[i], _ = anomaly.Lookup(name)
	}
	return ids
}

// plan finds a place for each field of old in now.
func (m *moves) plan(old, now *kind) error {
	if old.Meaning != now.Meaning {
		return refuse("%s means something else in this version of onpath", old.Name)
	}
	v := reflect.New(now.typ)
	m.small = now.small
	m.into, m.to = v.Interface(), unsafe.Slice((*byte)(v.UnsafePointer()), now.Size)
	were := map[string]*field{}
	for i := range old.Fields {
		f := &old.Fields[i]
		were[f.Path] = f
	}
	for i := range now.Fields {
		f := &now.Fields[i]
		if was := were[f.Path]; was != nil {
			if err := m.add(old, was, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// add moves a field, which must be what it was.
func (m *moves) add(old *kind, was, is *field) error {
	if was.Kind != is.Kind || was.Size != is.Size || was.N != is.N || was.Named != is.Named {
		return refuse("%s.%s was %d of %s, and is %d of %s in this version of onpath", old.Name, is.Path, was.N, was.Kind, is.N, is.Kind)
	}
	if was.Meaning != is.Meaning {
		return refuse("%s.%s means something else in this version of onpath", old.Name, is.Path)
	}
	n := is.N * is.Size
	if uint64(was.At)+uint64(n) > uint64(old.Size) {
		return refuse("it is damaged: %s.%s stands outside of its part", old.Name, is.Path)
	}
	m.copies(move{was.At, is.At, n})
	if is.Named {
		m.named = append(m.named, run{is.At, is.N})
	}
	return nil
}

// copies adds a move, to the last one if it goes on there.
func (m *moves) copies(next move) {
	if n := len(m.move); n > 0 {
		last := &m.move[n-1]
		if last.from+last.n == next.from && last.to+last.n == next.to {
			last.n += next.n
			return
		}
	}
	m.move = append(m.move, next)
}

// part returns what octets of a file are in this version, valid until the next one of its
// type; nothing, if there is no such type any more, or an anomaly is no more.
func (m *moves) part(octets []byte) (part any, ok bool) {
	if m.into == nil {
		return nil, false
	}
	clear(m.to)
	for _, mv := range m.move {
		copy(m.to[mv.to:][:mv.n], octets[mv.from:])
	}
	for _, s := range m.small {
		for i, value := range m.to[s.at:][:s.n] {
			if value >= s.end {
				m.to[s.at:][i] = 0
			}
		}
	}
	for _, r := range m.named {
		for i := range r.n {
			if !m.rename(m.to[r.at+2*i:]) {
				return nil, false
			}
		}
	}
	return m.into, true
}

// rename makes the number of an anomaly that of this version; it reports false if there
// is none.
func (m *moves) rename(b []byte) bool {
	old := binary.NativeEndian.Uint16(b)
	if int(old) >= len(m.ids) {
		return false
	}
	id := m.ids[old]
	binary.NativeEndian.PutUint16(b, uint16(id))
	return id != 0 || old == 0
}
