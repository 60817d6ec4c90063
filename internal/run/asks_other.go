//go:build !linux

package run

import "os"

// asks is empty where nothing is captured.
var asks map[os.Signal]uint32
