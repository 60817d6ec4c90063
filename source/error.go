package source

import (
	"bytes"
	"errors"
	"io/fs"
)

// Why a file could not be read at all. Others come from the operating system
// and are found with errors.Is(err, fs.ErrNotExist) and its like.
var (
	ErrEmpty      = errors.New("the file is empty")
	ErrDirectory  = errors.New("it is a directory")
	ErrNotCapture = errors.New("it is not a capture")
	ErrStdinTwice = errors.New("it is named twice")
	ErrNotText    = errors.New("it is a capture, not a text")
)

// An Error is what stopped a file from being read.
type Error struct {
	File string // as given, or "standard input"
	Err  error  // the reason
	Do   string // what the user can do; may be empty
}

func (e *Error) Error() string {
	s := e.File + ": " + e.Err.Error()
	if e.Do != "" {
		s += "; " + e.Do
	}
	return s
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// remedies is what can be done about an error, the first that fits.
var remedies = []struct {
	err error
	do  string
}{
	{fs.ErrNotExist, "check the name"},
	{fs.ErrPermission, "make it readable, or run as a user who may read it"},
	{ErrEmpty, "was the capture stopped before it wrote its header?"},
	{ErrDirectory, "name the files in it"},
	{ErrStdinTwice, "name it once"},
}

// failed makes an Error of err, without the path that fs errors repeat.
func failed(name string, err error) *Error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	e := &Error{File: name, Err: err}
	for _, r := range remedies {
		if errors.Is(err, r.err) {
			e.Do = r.do
			break
		}
	}
	return e
}

// others are files which people take for captures, by their first octets. The
// first row that fits counts.
var others = []struct{ magic, what, do string }{
	{"snoop\x00\x00\x00", "a Sun snoop capture", byEditcap},
	{"btsnoop\x00", "a Bluetooth snoop capture", "it holds no IP"},
	{"GMBU", "a Microsoft Network Monitor capture", byEditcap},
	{"RTSS", "a Microsoft Network Monitor 1 capture", byEditcap},
	{"XCP\x00", "a NetXray or Sniffer capture", byEditcap},
	{"TRSNIFF data    \x1a", "a Sniffer capture", byEditcap},
	{"iptrace 1.0", "an AIX iptrace capture", byEditcap},
	{"iptrace 2.0", "an AIX iptrace capture", byEditcap},
	{"ObserverPktBuffe", "a Network Instruments Observer capture", byEditcap},
	{"\xaa\xaa\xaa\xaa", "an InfoVista 5View capture", byEditcap},
	{"\x7fver", "a WildPackets EtherPeek capture", byEditcap},
	{"LOGG", "a Vector BLF log", byEditcap},
	{"\x1f\x8b", "a gzip file inside a compressed file", unpack},
	{"\x28\xb5\x2f\xfd", "a zstd file inside a compressed file", unpack},
	{"\xfd7zXZ\x00", "an xz file inside a compressed file", unpack},
	{"BZh", "a bzip2 file", unpack},
	{"\x04\x22\x4d\x18", "an lz4 file", unpack},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", unpack},
	{"PK\x03\x04", "a zip archive", unpack},
	{"\x1f\x9d", "a compress (.Z) file", unpack},
	{"\x7fELF", "a program (ELF)", "name a capture"},
	{"MZ", "a program (PE)", "name a capture"},
	{"#!", "a script", "name a capture"},
	{"PAR1", "a Parquet file", "name a capture"},
	{"SQLite format 3\x00", "an SQLite database", "name a capture"},
	{"%PDF", "a PDF document", "name a capture"},
	{"<!DOCTYPE", "a web page", "was the download answered with a page instead of the file?"},
	{"<html", "a web page", "was the download answered with a page instead of the file?"},
	{"version https://git-lfs", "a Git LFS pointer", "fetch the file itself with git lfs pull"},
}

// What helps with other captures and with archives.
const (
	byEditcap = "convert it with editcap -F pcapng"
	unpack    = "unpack it first"
)

// notCapture says of a file beginning with head what it is instead.
func notCapture(name string, head []byte) *Error {
	for _, o := range others {
		if bytes.HasPrefix(head, []byte(o.magic)) {
			return &Error{name, wrapped{ErrNotCapture, o.what}, o.do}
		}
	}
	if order, _ := unitsOf(head); order != nil || isText(head) {
		return &Error{name, wrapped{ErrNotCapture, "text"}, "give the file that tcpdump wrote with -w; for what it printed, say --text"}
	}
	return &Error{name, wrapped{ErrNotCapture, "its first octets are of no known format"}, "onpath reads pcap and pcapng, also as gzip, zstd or xz"}
}

// wrapped is an error with a detail.
type wrapped struct {
	error
	detail string
}

func (w wrapped) Error() string { return w.error.Error() + ", but " + w.detail }
func (w wrapped) Unwrap() error { return w.error }

// isText reports whether b holds nothing but ASCII or UTF-8 text octets, and what
// terminals take for commands.
func isText(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\x1b' || c == 0x7f {
			return false
		}
	}
	return len(b) > 0
}
