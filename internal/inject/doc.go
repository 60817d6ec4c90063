// Package inject has the kernel take frames as if they had come in on an interface, a
// million and more of them a second with one processor: faster than any socket sends.
//
// The frames lie in a table in the kernel. A program of eBPF copies one after the other
// into a page, and XDP's test run in live mode (Linux 5.18 and later) hands the pages to
// the interface, whose taps see them. Behind the last frame the table begins anew; frames
// over TCP and IPv4 get other addresses then, so that they are of other connections.
//
// Ring 3, for tests only; it takes root, and Linux.
package inject

import "errors"

// ErrNotSupported is why there is no Injector: the kernel has no live test run, or does
// not permit it.
var ErrNotSupported = errors.New("frames cannot be injected here")
