package fingerprint

// ID stands for a signature in a Table; 0 is none.
type ID uint16

// Note stands for a signature as an ID does, as long as no other one has taken its place,
// and until the next lap: see Laps. The zero Note is none.
type Note struct {
	id   ID
	turn uint16 // of its place, modulo 1<<16
}

// MaxSignatures is how many a Table keeps at once: 2 MiB. Real networks show some
// hundreds; a flood of made-up ones pushes none out that is held.
const MaxSignatures = 1 << 14

// Table keeps signatures once, however many connections have them, and what a
// Database says of them. The zero Table is empty and needs a Database.
type Table struct {
	Database *Database

	ids     map[Signature]ID
	slots   []slot       // by ID less 1
	hand    int          // where the next place is looked for
	last    [2]Signature // of a SYN, of a SYN,ACK
	lastID  [2]ID
	faces   [1 << faceBits]known
	read    Signature // by Of
	givenUp uint64
	laps    uint64
}

// slot is a signature and who holds it.
type slot struct {
	signature Signature
	match     Match
	holders   uint32
	turn      uint16 // how many signatures had the place before, modulo 1<<16
	asked     bool   // match is known
}

// tries is how many places are looked at for one that nobody holds.
const tries = 8

// Hold returns the ID of s, which stands for it until as many calls of Release, or 0
// if there is no room.
func (t *Table) Hold(s *Signature) ID {
	id := t.known(s)
	t.Keep(id)
	return id
}

// Keep holds what id stands for once more.
func (t *Table) Keep(id ID) {
	if id != 0 {
		t.slots[id-1].holders++
	}
}

// Note is Hold for who can do without: it keeps s only until another one needs the place.
func (t *Table) Note(s *Signature) (n Note) {
	if n.id = t.known(s); n.id != 0 {
		n.turn = t.slots[n.id-1].turn
	}
	return n
}

// ID returns what was just noted, which nobody holds for it; 0 for none.
func (n Note) ID() ID { return n.id }

// Noted returns the ID of what was noted, which nobody holds for it; 0 if another one has
// taken its place, or may have, as there was a lap since.
func (t *Table) Noted(n Note, lapped bool) ID {
	switch {
	case n.id == 0:
		return 0
	case lapped, t.slots[n.id-1].turn != n.turn:
		t.givenUp++
		return 0
	}
	return n.id
}

// known returns the ID of s, which nobody holds for it; 0 if there is no room.
func (t *Table) known(s *Signature) ID {
	kind := 0
	if s.Answer {
		kind = 1
	}
	id := t.lastID[kind]
	if id == 0 || *s != t.last[kind] {
		if id = t.find(s); id == 0 {
			return 0
		}
		t.last[kind], t.lastID[kind] = *s, id
	}
	return id
}

// Release gives back what Hold gave.
func (t *Table) Release(id ID) {
	if id != 0 {
		t.slots[id-1].holders--
	}
}

// GivenUp returns how often there was no room for a signature, or no more when it was asked
// for.
func (t *Table) GivenUp() uint64 { return t.givenUp }

// Laps returns how often a place has had 1<<16 signatures: an older Note of it may stand for
// one that came since.
func (t *Table) Laps() uint64 { return t.laps }

// Signature returns what id stands for, valid until the next Hold; nil for 0.
func (t *Table) Signature(id ID) *Signature {
	if id == 0 {
		return nil
	}
	return &t.slots[id-1].signature
}

// Match returns what the Database says of the signature, valid until the next Hold.
// It is asked once for each.
func (t *Table) Match(id ID) *Match {
	s := &t.slots[id-1]
	if !s.asked {
		s.match, s.asked = t.Database.Find(&s.signature), true
	}
	return &s.match
}

// find returns the ID of s, a new one if need be; 0 if there is no room.
func (t *Table) find(s *Signature) ID {
	if id, ok := t.ids[*s]; ok {
		return id
	}
	id := t.room()
	if id == 0 {
		t.givenUp++
		return 0
	}
	t.slots[id-1] = slot{signature: *s, turn: t.slots[id-1].turn + 1}
	t.ids[*s] = id
	if t.slots[id-1].turn == 0 {
		t.laps++
		t.faces = [1 << faceBits]known{}
	}
	return id
}

// room returns a place for a signature: a new one, or that of one which nobody holds.
func (t *Table) room() ID {
	if t.ids == nil {
		t.ids = map[Signature]ID{}
	}
	if len(t.slots) < MaxSignatures {
		t.slots = append(t.slots, slot{})
		return ID(len(t.slots))
	}
	for range tries {
		t.hand = (t.hand + 1) % len(t.slots)
		if s := &t.slots[t.hand]; s.holders == 0 {
			t.forget(ID(t.hand + 1))
			return ID(t.hand + 1)
		}
	}
	return 0
}

func (t *Table) forget(id ID) {
	delete(t.ids, t.slots[id-1].signature)
	for kind := range t.lastID {
		if t.lastID[kind] == id {
			t.lastID[kind] = 0
		}
	}
}

// ReleaseAll takes every ID back at once.
func (t *Table) ReleaseAll() {
	for i := range t.slots {
		t.slots[i].holders = 0
	}
}
