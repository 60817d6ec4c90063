package top

import (
	"strings"

	"onpath/anomaly"
)

// column is one of the table. The last one takes the room that is left; those of the
// ends share it.
type column struct {
	head  string
	width int // characters, a blank behind them not counted; 0: it is an end
	right bool
	rank  uint8 // 0 always stays; the others while there is room, the lowest first
	order Order // with which it always stays
	text  func(*Row) string
}

// placed is a column on the screen.
type placed struct {
	*column
	room int // characters
}

// columns are those of the table, from left to right.
var columns = []column{
	{"CLIENT", 0, false, 0, NumOrders, func(r *Row) string { return r.Client }},
	{"SERVER", 0, false, 0, NumOrders, func(r *Row) string { return r.Server }},
	{"STATES", 9, false, 1, NumOrders, func(r *Row) string { return states(r, short) }},
	{"RATE→", 5, true, 0, ByRate, func(r *Row) string { return amount(r.Rate[0]) }},
	{"RATE←", 5, true, 0, ByRate, func(r *Row) string { return amount(r.Rate[1]) }},
	{"OCTETS", 11, true, 3, NumOrders, func(r *Row) string { return amount(float64(r.Octets[0])) + "/" + amount(float64(r.Octets[1])) }},
	{"RTT ms", 9, true, 2, ByRTT, func(r *Row) string { return millis(r.RTT[0]) + "/" + millis(r.RTT[1]) }},
	{"RETR", 4, true, 1, ByRetransmissions, func(r *Row) string { return amount(float64(r.Retransmissions)) }},
	{"AGE", 5, true, 4, ByAge, func(r *Row) string { return span(r.Age) }},
	{"FINDING", 8, false, 1, ByFindings, worst},
}

// How wide the column of an end is at least, where addresses of IPv4 fit, and at most;
// and how much room a finding is given first.
const (
	leastEnd, usualEnd, mostEnd = 14, 21, 47
	findingRoom                 = 16
)

// shorts are the states in five characters at most.
var shorts = strings.NewReplacer(
	"SYN-SENT", "SYNS", "SYN-RECEIVED", "SYNR", "ESTABLISHED", "ESTB", "FIN-WAIT-1", "FIN1", "FIN-WAIT-2", "FIN2",
	"CLOSE-WAIT", "CLSW", "CLOSING", "CLSG", "LAST-ACK", "LAST", "TIME-WAIT", "TIMW", "CLOSED", "CLSD", "LISTEN", "LISN",
)

func short(state string) string { return shorts.Replace(state) }

// states are both ends', once if they are equal.
func states(r *Row, name func(string) string) string {
	if r.State[0] == r.State[1] {
		return name(r.State[0])
	}
	return name(r.State[0]) + "/" + name(r.State[1])
}

// marks stand in front of a finding, as in the table of read.
var marks = map[anomaly.Severity]string{anomaly.Violation: "!! ", anomaly.Suspicious: "! "}

func worst(r *Row) string { return marks[r.Severity] + r.Worst }

// layout returns the columns that have room in width characters.
func layout(width int, o Order) []placed {
	for rank := uint8(4); ; rank-- {
		list, room := choose(rank, o, width-1) // a mark stands in front
		if room >= 2*leastEnd || rank == 0 {
			return widen(list, room)
		}
	}
}

// choose returns the columns up to a rank, and what room they leave for the two ends.
func choose(rank uint8, o Order, room int) (list []placed, left int) {
	for i := range columns {
		if c := &columns[i]; c.rank <= rank || c.order == o {
			list = append(list, placed{c, c.width})
			room -= c.width + 1
		}
	}
	return list, room
}

// widen gives room to the ends, and what they do not need to the last column.
func widen(list []placed, room int) []placed {
	end := min(max(room/2, leastEnd), usualEnd)
	if more := (room - 2*end - findingRoom) / 2; more > 0 {
		end = min(end+more, mostEnd)
	}
	for i := range list {
		if list[i].isEnd() {
			list[i].room = end
		}
	}
	list[len(list)-1].room += max(0, room-2*end)
	return list
}

// isEnd reports whether the column is one of the two that share what is left.
func (c *column) isEnd() bool { return c.width == 0 }
