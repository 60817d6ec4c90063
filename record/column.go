package record

// Type says what a column's text means, and so how a format writes it.
type Type uint8

const (
	Uint     Type = iota // a count or number, 0 or above
	Duration             // a decimal number of seconds
	Time                 // RFC 3339 in UTC with nine decimals
	Addr                 // an IP address
	String               // one word
	List                 // words joined by commas
	Bool                 // true or false
	Numbers              // name=number joined by commas
	Text                 // a sentence
	JSON                 // an array or object as JSON; FlatColumns have names joined by commas
)

// types is the only place where a type's name and its form in JSON are written.
var types = [...]struct {
	name string
	bare bool // JSON writes it without quotes
}{
	Uint:     {"uint", true},
	Duration: {"duration", true},
	Time:     {"time", false},
	Addr:     {"addr", false},
	String:   {"string", false},
	List:     {"list", false},
	Bool:     {"bool", true},
	Numbers:  {"numbers", true},
	Text:     {"text", false},
	JSON:     {"json", true},
}

// String returns the name used in the catalogue.
func (t Type) String() string { return types[t].name }

// Bare reports whether JSON writes the text without quotes.
func (t Type) Bare() bool { return types[t].bare }

// A Column is one column of a table whose rows are of type R. The text that
// Append writes is printable ASCII without quotes and backslashes, so no format
// needs to escape it; that of type JSON is JSON, in one line.
type Column[R any] struct {
	Name   string // public and forever
	Type   Type
	Unit   string // "" where the type says it all
	Doc    string // one line
	Source string // the document that it follows

	// Append appends the value's text to dst, or nothing for null.
	Append func(dst []byte, row *R) []byte
}

// ByName returns the column of a table that has the name, or nil.
func ByName[R any](columns []Column[R], name string) *Column[R] {
	for i := range columns {
		if columns[i].Name == name {
			return &columns[i]
		}
	}
	return nil
}
