package run

import (
	"os"
	"syscall"
)

// asks are the signals that ask something of a capture.
var asks = map[os.Signal]uint32{syscall.SIGHUP: askReopen, syscall.SIGUSR1: askTable}
