//go:build amd64 || arm64

package prefetch

// Lines asks for the lines of the cache in which the octets [from, to) stand behind where p,
// a pointer, points: for one line at least. (About 20 instructions, and 3 for each line.)
//
//go:noescape
func Lines(p any, from, to uintptr)
