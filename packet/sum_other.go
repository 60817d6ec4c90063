//go:build !amd64

package packet

// wideLeast is from how many octets on sumWide costs less than adding words.
const wideLeast = 128

// sumWide adds most of what is long.
func sumWide(acc uint64, b []byte) (uint64, []byte) { return sumLong(acc, b) }
