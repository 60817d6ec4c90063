package check

import (
	"cmp"

	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// Raised is one finding that a segment raised or repeated.
type Raised struct {
	ID       anomaly.ID
	Dir      tcp.Dir // who is accused
	Cause    anomaly.Cause
	Severity anomaly.Severity
	Count    uint64 // how often by now; 0: it is an event, or there was no room
	Accused  uint64 // number of the frame that is accused, often an earlier one
	Other    uint64 // number of another frame that is accused as well; 0: none

	Numbers [MaxNumbers]int64 // of the inequality, as Occurrence.Numbers; zero for an event
}

// enter raises what a rule found, unless a gate is closed or it is too mild.
func (in *Inspector) enter(s *Scene, id anomaly.ID, e *Evidence) {
	if id != anomaly.TcpChecksumBad && s.damaged() {
		e.Cause = anomaly.CausePath
	} else if e.Cause < anomaly.CauseCapture && in.capture.explains(s, id) {
		e.Cause = anomaly.CauseCapture
	}
	gates := id.Row().Gates &^ e.Settles
	switch {
	case id.Severity().Given(e.Cause) < in.least:
	case in.counted.Has(id) && e.Cause != anomaly.CauseNone:
	case s.open(gates, e):
		in.raise(s, id, e)
	default:
		s.noteLack(gates, e)
	}
}

// raise keeps what a rule found.
func (in *Inspector) raise(s *Scene, id anomaly.ID, e *Evidence) {
	d := s.accused(e)
	r := Raised{ID: id, Dir: d, Cause: e.Cause, Severity: id.Severity().Given(e.Cause), Accused: e.Accused, Other: e.Other}
	if r.Accused == 0 {
		r.Accused = s.moment().Frame
	}
	if !event(id) {
		r.Numbers = e.Numbers
		if f := in.finding(s, id, d); f != nil {
			in.count(s, f, e)
			r.Count = f.Count
		}
	}
	if !in.counted.Has(id) {
		in.raised = append(in.raised, r)
	}
}

// count adds an occurrence to f, and keeps it if it is one of the first.
func (in *Inspector) count(s *Scene, f *Finding, e *Evidence) {
	at := s.moment()
	f.count(at, e.Cause)
	if len(f.Kept) >= in.keep {
		return
	}
	f.Kept = roomFor(f.Kept, in.keep)
	o := &f.Kept[len(f.Kept)-1]
	o.Moment, o.Accused, o.Other, o.Cause, o.Numbers = at, cmp.Or(e.Accused, at.Frame), e.Other, e.Cause, e.Numbers
	if s.Before == nil {
		o.Stacks = [2]conn.Stack{}
		return
	}
	o.Stacks[tcp.Client], o.Stacks[tcp.Server] = s.Before.Stack(tcp.Client), s.Before.Stack(tcp.Server)
}

// moment returns when the scene is.
func (s *Scene) moment() Moment {
	if s.View == nil {
		return Moment{s.earlier(s.Case.last), s.End.At}
	}
	return Moment{s.View.Number, s.View.At}
}

// accused returns the end that e accuses.
func (s *Scene) accused(e *Evidence) tcp.Dir {
	d := tcp.Client
	if s.Seg != nil {
		d = s.Seg.Dir
	}
	if e.ByPeer {
		d ^= 1
	}
	return d
}

// Raised returns what the last segment raised, or what the last record raised that
// ended since; valid until the next one.
func (in *Inspector) Raised() []Raised { return in.raised }
