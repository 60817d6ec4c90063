// Package tcp reads the octets of TCP: sequence numbers, flags, the header and
// its options. It never judges: a strange header is what onpath looks for, so
// only a header that cannot be read at all is refused.
//
// Ring 0: it imports nothing of this module, holds no state and does no I/O.
package tcp
