package run

import (
	"os"
	"strconv"
	"strings"
)

// residentPeak returns the most memory that the process had at once, in octets; 0 if that
// is not known.
func residentPeak() int64 {
	status, _ := os.ReadFile("/proc/self/status") // without it, it is not known
	for line := range strings.Lines(string(status)) {
		if kib, is := strings.CutPrefix(line, "VmHWM:"); is {
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(kib), " kB"), 10, 64)
			return n << 10
		}
	}
	return 0
}
