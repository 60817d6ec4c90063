package metrics

import "time"

// State is how what is open is kept for another run.
type State struct {
	Written uint64        // checkpoints that are in the file
	Failed  uint64        // checkpoints that are not
	Age     time.Duration // since the last one in the file began; 0: there is none of this run
	Octets  int64         // its size
	Took    time.Duration // from its beginning until it was in the file
	Paused  time.Duration // for which packets had to wait at most, of all
	Resumed int           // connections that this run went on with
	Unnoted uint64        // records whose end is not noted, as the disk took nothing: another run may write them again
}

// stateFamilies tell of checkpoints.
var stateFamilies = []family{
	{name: "state_checkpoints_total", kind: counter, help: "Checkpoints, by what became of them.", labels: []label{{"result", "`written`, `failed`"}}, read: readCheckpoints},
	{name: "state_checkpoint_age_seconds", kind: gauge, help: "How old the last checkpoint in the file is; 0: this run has written none.",
		read: ofState(func(s *State) float64 { return s.Age.Seconds() })},
	{name: "state_checkpoint_bytes", kind: gauge, help: "Its size.", read: ofState(func(s *State) float64 { return float64(s.Octets) })},
	{name: "state_checkpoint_seconds", kind: gauge, help: "How long it took until it was in the file.", read: ofState(func(s *State) float64 { return s.Took.Seconds() })},
	{name: "state_pause_seconds", kind: gauge, help: "For how long packets had to wait for a piece of a checkpoint, at most.",
		read: ofState(func(s *State) float64 { return s.Paused.Seconds() })},
	{name: "state_unnoted_records_total", kind: counter, help: "Records that another run may write again, as the disk took nothing when they ended.",
		read: ofState(func(s *State) float64 { return float64(s.Unnoted) })},
	{name: "state_resumed_connections", kind: gauge, help: "Connections and conversations that this run went on with.",
		read: ofState(func(s *State) float64 { return float64(s.Resumed) })},
}

func readCheckpoints(s *Snapshot, put put) {
	if s.State != nil {
		put(float64(s.State.Written), "written")
		put(float64(s.State.Failed), "failed")
	}
}

// ofState is what a family without labels reads; without a state it has no series.
func ofState(of func(*State) float64) func(*Snapshot, put) {
	return func(s *Snapshot, put put) {
		if s.State != nil {
			put(of(s.State))
		}
	}
}
