package simulate

import "onpath/conn"

// Mode says which faults a run has and what its ends can do. Chances are in
// 1000; those of the channel hold on each side of the observer.
type Mode struct {
	Name string

	Loss, Dup, Slow int // Slow: a delay of up to 9 times the mean
	Hide            int // passes, but the observer does not see it
	Late            int // segments that pass before the observer starts
	OneWay          bool
	Forge           int // a forged segment passes beside a real one

	Scales, Stamps, Paws, IPID                bool
	Early                                     bool // CLOSE in SYN-RECEIVED sends the FIN at once (RFC 9293 §3.10.4)
	FastOpen, Cookies, Splits, Shared, Urgent bool
	Abort, Crash, GiveUp, Reuse               int  // of each application
	Hasty                                     bool // who ended opens again at once, and does not keep quiet
}

// all is what a path can do.
func all(m Mode) Mode {
	m.Loss, m.Dup, m.Slow = 120, 100, 150
	return m
}

// calm is a path with little trouble, for modes whose trouble lies elsewhere.
func calm(m Mode) Mode {
	m.Loss, m.Dup, m.Slow = 20, 10, 50
	return m
}

// Modes are the rows of the table that the soundness test prints.
var Modes = []Mode{
	{Name: "clean"},
	{Name: "light", Loss: 10, Dup: 5},
	{Name: "loss", Loss: 120},
	{Name: "reorder", Slow: 150},
	{Name: "dup", Dup: 150, Slow: 150},
	all(Mode{Name: "all"}),
	all(Mode{Name: "all+ts", Stamps: true}),
	all(Mode{Name: "all+ws", Scales: true}),
	all(Mode{Name: "all+both", Stamps: true, IPID: true}),
	all(Mode{Name: "abort", Abort: 400}),
	all(Mode{Name: "crash", Abort: 200, Crash: 400, GiveUp: 200}),
	all(Mode{Name: "reuse", Abort: 200, Crash: 400, GiveUp: 200, Reuse: 700}),
	all(Mode{Name: "crash+now", Abort: 200, Crash: 400, GiveUp: 200, Hasty: true}),
	all(Mode{Name: "reuse+now", Abort: 200, Crash: 400, GiveUp: 200, Reuse: 700, Hasty: true}),
	calm(Mode{Name: "hide10", Hide: 100}),
	calm(Mode{Name: "hide10+ts", Hide: 100, Stamps: true}),
	calm(Mode{Name: "hide30", Hide: 300}),
	calm(Mode{Name: "mid", Late: 8}),
	calm(Mode{Name: "mid+ws", Late: 8, Scales: true}),
	calm(Mode{Name: "oneway", OneWay: true}),
	calm(Mode{Name: "forge", Forge: 100}),
	all(Mode{Name: "early", Early: true}),
	all(Mode{Name: "tfo", FastOpen: true}),
	all(Mode{Name: "cookies", Cookies: true}),
	all(Mode{Name: "split", Splits: true}),
	all(Mode{Name: "mptcp", Shared: true}),
	all(Mode{Name: "urgent", Urgent: true}),
	all(Mode{Name: "paws", Stamps: true, Paws: true}),
}

// allowed returns the strongest explanation that the faults of a run so far can have.
func (w *Sim) allowed() conn.Explanation {
	switch {
	case w.faults > 0:
		return conn.Endpoint
	case w.hidden > 0:
		return conn.Capture
	}
	return conn.Path
}
