package genload

import "time"

// A Load describes a capture. Shares are of 1; sizes are drawn between their
// two bounds, small ones more often (log-uniform).
type Load struct {
	Name string
	Doc  string

	Packets     int           // the capture ends after so many; 0: when every conversation has ended
	Connections int           // TCP conversations in all
	Open        int           // of them at once; each packet is one of a random conversation
	Gap         time.Duration // mean time between packets

	Other   float64 // share of packets that are not TCP
	Syns    float64 // share of packets that are SYNs of random sources to one server
	V6      float64 // share of conversations over IPv6
	Wrapped float64 // share of conversations inside VLANs, MPLS, PPPoE or a tunnel

	Rounds    [2]int // requests with their responses in one conversation
	Request   [2]int // payload octets
	Response  [2]int // payload octets
	MSS       int    // octets of payload in a full segment, timestamps not counted in
	Timestamp bool   // RFC 7323 timestamps on every segment
	MinFrame  int    // frames are padded to so many octets

	Loss    float64 // share of data segments that must be sent again
	Late    float64 // share of data segments that arrive after their successor
	Refused float64 // share of conversations whose SYN is answered by a RST
	Reset   float64 // share of conversations that end with a RST instead of FINs
}

// loads is the only place where the workloads are described. Their packets are
// drawn with Gap 10 µs: no capture lasts long enough for a timeout.
var loads = [...]Load{
	{
		Name: "mix", Doc: "many protocols and shapes, 354-octet frames, 80 % TCP, 100k connections",
		Connections: 100_000, Open: 20_000, Gap: 10 * time.Microsecond,
		Other: 0.2, V6: 0.2, Wrapped: 0.25,
		Rounds: [2]int{1, 4}, Request: [2]int{40, 900}, Response: [2]int{60, 11_000},
		MSS: 1460, Timestamp: true, Loss: 0.004, Late: 0.002, Refused: 0.02, Reset: 0.1,
	},
	{
		Name: "bulk", Doc: "full-size segments, 1 % lost or reordered, 100 connections",
		Packets: 500_000, Connections: 200, Open: 100, Gap: 10 * time.Microsecond,
		Rounds: [2]int{2, 2}, Request: [2]int{200, 400}, Response: [2]int{2_000_000, 20_000_000},
		MSS: 1460, Timestamp: true, Loss: 0.007, Late: 0.003,
	},
	{
		Name: "small", Doc: "64-octet packets, 500k short connections, 50k at once",
		Connections: 500_000, Open: 50_000, Gap: 10 * time.Microsecond,
		Rounds: [2]int{1, 1}, Request: [2]int{1, 10}, Response: [2]int{1, 10},
		MSS: 1460, MinFrame: 64, Reset: 0.1,
	},
	{
		Name: "many", Doc: "1M connections that stay open, touched at random",
		Packets: 6_000_000, Connections: 1_000_000, Open: 1_000_000, Gap: 10 * time.Microsecond,
		Rounds: [2]int{1 << 30, 1 << 30}, Request: [2]int{8, 40}, Response: [2]int{8, 40},
		MSS: 1460, Timestamp: true,
	},
	{
		Name: "flood", Doc: "5M SYNs of random sources to one server, and 1 % normal packets",
		Packets: 5_050_000, Connections: 10_000, Open: 1_000, Gap: 10 * time.Microsecond,
		Syns:   0.99,
		Rounds: [2]int{1, 4}, Request: [2]int{40, 900}, Response: [2]int{60, 20_000},
		MSS: 1460, Timestamp: true,
	},
}

// Loads returns the table of workloads.
func Loads() []Load { return append([]Load(nil), loads[:]...) }

// Find returns the workload called name.
func Find(name string) (l Load, ok bool) {
	for _, l := range loads {
		if l.Name == name {
			return l, true
		}
	}
	return Load{}, false
}

// Scale returns l with its packets and connections times f, at least one each.
func (l Load) Scale(f float64) Load {
	for _, n := range []*int{&l.Packets, &l.Connections, &l.Open} {
		if *n > 0 {
			*n = max(1, int(float64(*n)*f))
		}
	}
	return l
}
