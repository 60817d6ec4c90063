package kernel

import "strings"

// class is what a message of the kernel's log is about: what stands before its
// first number or parenthesis, or behind a number that it begins with.
func class(message string) string {
	message = strings.TrimSpace(message)
	if rest, ok := strings.CutPrefix(message, "nf_ct_proto_"); ok {
		_, message, _ = strings.Cut(rest, ":")
	}
	message = strings.TrimLeft(message, " 0123456789")
	if i := strings.IndexAny(message, "0123456789("); i >= 0 {
		message = message[:i]
	}
	return strings.TrimSpace(message)
}
