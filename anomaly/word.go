package anomaly

// word is a public name with what it means.
type word struct{ name, doc string }

// parse returns the index of a name in a table of words. The empty name is that
// of rows which stand for nothing, and is not found.
func parse[T ~uint8 | ~uint16](words []word, name string) (index T, ok bool) {
	for i, w := range words {
		if w.name == name && name != "" {
			return T(i), true
		}
	}
	return 0, false
}
