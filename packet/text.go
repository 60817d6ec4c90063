package packet

import (
	"strings"

	"onpath/tcp"
)

// printed is what the words of every Text begin with.
const printed = "printed by tcpdump: "

// String says what the line told, for the interface of a capture whose frames are such;
// ParseText reads it.
func (t Text) String() string {
	return printed + "TTL " + whence(t.TTL) + ", identification " + whence(t.ID) + ", checksum " + t.Sum.String()
}

func whence(told bool) string {
	if told {
		return "told"
	}
	return "made up"
}

// ParseText returns the Text of which String returns s.
func ParseText(s string) (t Text, ok bool) {
	if !strings.HasPrefix(s, printed) {
		return Text{}, false
	}
	for _, ttl := range [...]bool{false, true} {
		for _, id := range [...]bool{false, true} {
			for sum := tcp.SumUnknown; sum <= tcp.SumPartial; sum++ {
				if t = (Text{TTL: ttl, ID: id, Sum: sum}); t.String() == s {
					return t, true
				}
			}
		}
	}
	return Text{}, false
}
