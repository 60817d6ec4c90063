package fingerprint

// TakeNext lets the place of id be the next one that is looked at.
func (t *Table) TakeNext(id ID) { t.hand = int(id) - 2 }
