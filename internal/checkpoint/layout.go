package checkpoint

import (
	"fmt"
	"reflect"

	"onpath/anomaly"
	"onpath/conn"
	"onpath/measure"
	"onpath/tcp"
)

// Layout is what parts are made of, in this version of the program.
type Layout struct {
	kinds []*kind
	known map[reflect.Type]int
}

// kind is one type of part. Names are as JSON in the head of a file.
type kind struct {
	Name    string  `json:"name"`
	Size    uint32  `json:"size"`
	Meaning uint8   `json:"meaning,omitempty"` // of meanings
	Fields  []field `json:"fields"`
	typ     reflect.Type
	small   []small
}

// small are n octets at a place in a part, each of which must be below end.
type small struct {
	at, n uint32
	end   uint8
}

// ends are those of types of one octet by which others choose from a table: what is not
// below them is no value, but damage, and becomes 0.
var ends = map[reflect.Type]uint8{
	reflect.TypeFor[bool]():             2,
	reflect.TypeFor[tcp.Dir]():          2,
	reflect.TypeFor[conn.State]():       uint8(conn.NumStates),
	reflect.TypeFor[measure.Cause]():    uint8(measure.NumCauses),
	reflect.TypeFor[anomaly.Cause]():    uint8(len(anomaly.Causes())),
	reflect.TypeFor[anomaly.Severity](): uint8(len(anomaly.Severities()) + 1),
}

// field is some plain values that follow one another.
type field struct {
	Path    string `json:"path"`
	Kind    string `json:"kind"` // of each
	At      uint32 `json:"at"`
	Size    uint32 `json:"size"` // of each
	N       uint32 `json:"n"`
	Named   bool   `json:"named,omitempty"`   // each is an anomaly.ID, whose numbers differ from version to version
	Meaning uint8  `json:"meaning,omitempty"` // of meanings
}

// meanings count how often the values of a type got another meaning, though its kind
// stayed: who gives the bits, numbers or fields of a type other meanings counts it up
// here, and older files are refused. Names of types are as reflect prints them.
var meanings = map[string]uint8{}

// NewLayout returns that of the types of parts, which are pointers to structs. It panics
// if one is no plain memory: then no checkpoint could hold it.
func NewLayout(parts ...any) *Layout {
	l := &Layout{known: map[reflect.Type]int{}}
	for _, part := range parts {
		t := reflect.TypeOf(part).Elem()
		if _, twice := l.known[t]; twice {
			continue
		}
		k := &kind{Name: t.String(), Size: uint32(t.Size()), Meaning: meanings[t.String()], typ: t}
		k.walk(t, "", 0)
		l.known[t] = len(l.kinds)
		l.kinds = append(l.kinds, k)
	}
	return l
}

// namedType is the type whose numbers are private to a version (package anomaly).
var namedType = reflect.TypeFor[anomaly.ID]()

// walk adds the values of a type that stands at an offset.
func (k *kind) walk(t reflect.Type, path string, at uint32) {
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			k.walk(f.Type, join(path, f.Name), at+uint32(f.Offset))
		}
	case reflect.Array:
		k.array(t, path, at)
	default:
		k.add(t, path, at, 1)
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// array adds an array: of values as one field, of structs as those of each.
func (k *kind) array(t reflect.Type, path string, at uint32) {
	e := t.Elem()
	if e.Kind() != reflect.Struct && e.Kind() != reflect.Array {
		k.add(e, path, at, uint32(t.Len()))
		return
	}
	for i := range t.Len() {
		k.walk(e, fmt.Sprintf("%s[%d]", path, i), at+uint32(i)*uint32(e.Size()))
	}
}

// add adds n values of a type. Memory that holds addresses means nothing elsewhere.
func (k *kind) add(t reflect.Type, path string, at, n uint32) {
	if t.Kind() < reflect.Bool || t.Kind() > reflect.Float64 || t.Kind() == reflect.Uintptr {
		panic(fmt.Sprintf("checkpoint: %s.%s is a %v, which no file can hold", k.Name, path, t))
	}
	if end, ok := ends[t]; ok {
		k.small = append(k.small, small{at, n, end})
	}
	k.Fields = append(k.Fields, field{
		Path: path, Kind: t.Kind().String(), At: at, Size: uint32(t.Size()), N: n,
		Named: t == namedType, Meaning: meanings[t.String()],
	})
}

// names returns those of all anomalies, by ID: "" for 0.
func names() []string {
	all := []string{""}
	for _, r := range anomaly.Rows() {
		for int(r.ID) > len(all) {
			all = append(all, "")
		}
		all = append(all, r.ID.String())
	}
	return all
}
