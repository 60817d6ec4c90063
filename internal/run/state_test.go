package run

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"onpath/flow"
	"onpath/internal/checkpoint"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// talking returns a table with n connections, of which nine in ten have exchanged octets.
// The others are attempts that nobody has answered.
func talking(n int, emit func(*record.Record)) *flow.Table {
	t := flow.New(flow.Config{MaxConnections: n}, emit)
	number := uint64(0)
	for i := range n {
		v := packet.View{Depth: 1, IPLen: 40, WireLen: 54, CapLen: 54}
		v.Key = packet.Key{APort: 40000, BPort: 80, Proto: packet.ProtoTCP}
		binary.BigEndian.PutUint32(v.Key.A[12:], uint32(i))
		binary.BigEndian.PutUint32(v.Key.B[12:], 1<<31|uint32(i)%1000)
		say := func(fromB bool, flags tcp.Flags, seq, ack tcp.Seq, octets uint32) {
			number++
			x := v
			x.Number, x.At, x.FromB, x.IPLen, x.L4Len = number, 1e18+int64(number)*1000, fromB, 40+octets, octets
			x.Seg = tcp.Segment{At: x.At, Flags: flags, Seq: seq, Ack: ack, Len: octets, Win: 1000}
			t.Observe(&x)
		}
		if say(false, tcp.SYN, 100, 0, 0); i%10 == 9 {
			continue
		}
		say(true, tcp.SYN|tcp.ACK, 300, 101, 0)
		say(false, tcp.ACK, 101, 301, 0)
		say(false, tcp.ACK|tcp.PSH, 101, 301, 100)
		say(true, tcp.ACK|tcp.PSH, 301, 201, 100)
	}
	return t
}

// keeperOf returns one that keeps a state in a file, and works.
func keeperOf(t testing.TB, path string) *keeper {
	layout := stateLayout()
	k := &keeper{
		every: time.Hour, encoder: checkpoint.NewEncoder(layout), file: openStateFile(path, "test", layout, nil),
		warn: func(s string) { t.Log(s) },
	}
	go k.file.work()
	return k
}

// BenchmarkCheckpoint tells for how long packets wait at most, and what a connection takes
// in the file. 100,000 connections, nine in ten of which were timed.
func BenchmarkCheckpoint(b *testing.B) {
	n := 100_000
	fmt.Sscan(os.Getenv("CONNECTIONS"), &n)
	table := talking(n, func(*record.Record) {})
	k := keeperOf(b, filepath.Join(b.TempDir(), "state"))
	for b.Loop() {
		k.began = time.Time{}
		for k.step(table, 1, time.Now(), keptBusy); k.going; k.step(table, 1, time.Now(), keptBusy) {
			time.Sleep(100 * time.Microsecond)
		}
	}
	if !k.finish(table, 1) {
		b.Fatal("no checkpoint")
	}
	b.ReportMetric(float64(k.stats.Paused.Microseconds())/1000, "ms-pause")
	b.ReportMetric(float64(k.stats.Octets)/float64(n), "octets/connection")
	b.ReportMetric(k.stats.Took.Seconds(), "s-in-all")
}

// TestKeeper: what is kept is read again: the number of the last frame, and the records that
// ended since.
func TestKeeper(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	table := talking(3000, func(*record.Record) {})
	k := keeperOf(t, path)
	k.written(table, 7)
	for k.step(table, 77, time.Now(), time.Hour); k.going; k.step(table, 77, time.Now(), time.Hour) {
	}
	for k.written(table, 8); len(k.notes) > 0; k.flush(table) {
		time.Sleep(time.Millisecond) // until there is room
	}
	for k.learn(); k.stats.Written == 0; k.learn() {
		time.Sleep(time.Millisecond)
	}
	s := k.snapshot()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || s.Octets > info.Size() || s.Age <= 0 || s.Took <= 0 || s.Paused <= 0 || s.Failed > 0 {
		t.Fatalf("%v, %+v, %+v", err, info, s)
	}
	close(k.file.todo) // as a program ends that is killed
	for range k.file.done {
	}
	b, err := openBefore(path, stateLayout())
	if err != nil {
		t.Fatal(err)
	}
	defer b.file.Close()
	if fmt.Sprint(b.ended) != "[8]" {
		t.Errorf("ended %v", b.ended)
	}
	into, frames := flow.New(flow.Config{}, func(*record.Record) {}), uint64(0)
	r := into.Restorer()
	if err := b.reader.Parts(func(p any) {
		if x, ok := p.(*kept); ok {
			frames = x.frames
		} else if !r.Take(p) {
			t.Fatalf("%T is not taken", p)
		}
	}); err != nil {
		t.Fatal(err)
	}
	r.End(0, b.begun)
	if s := into.Stats(); s.Live != 3000 || s.Held.Open != 2700 || s.Held.HalfOpen != 300 || s.Begun != 3000 || frames != 77 {
		t.Errorf("%+v, %d frames", s, frames)
	}
}

// TestKeeperFails: where no file can be written, that is said once and counted; at the end
// nothing is left with which another run would go on.
func TestKeeperFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gone")
	table := talking(3000, func(*record.Record) {})
	k := keeperOf(t, filepath.Join(dir, "state"))
	said := 0
	k.warn = func(string) { said++ }
	for range 3 {
		k.began = time.Time{}
		for failed := k.stats.Failed; k.stats.Failed == failed; {
			k.step(table, 1, time.Now(), time.Hour)
			time.Sleep(time.Millisecond)
		}
		for k.going {
			k.step(table, 1, time.Now(), time.Hour)
		}
	}
	k.notes = make([]byte, mostNotes+1) // as if the disk hung
	if k.written(table, 1); k.stats.Unnoted != 1 {
		t.Errorf("%d are not noted", k.stats.Unnoted)
	}
	k.notes = nil
	if k.stats.Failed < 3 || said != 1 {
		t.Errorf("%d failed, said %d times", k.stats.Failed, said)
	}
	os.Mkdir(dir, 0o755)
	os.WriteFile(k.file.path, nil, 0o600)
	os.Mkdir(k.file.path+besideSuffix, 0o755) // in the way
	if k.finish(table, 1) {
		t.Error("the last checkpoint is said to be written")
	}
	if _, err := os.Stat(k.file.path); err == nil {
		t.Error("a file is left")
	}
}

// TestKeeperHangs: at the end nobody waits for ever for a disk that hangs. What is open goes
// on from the checkpoint before, if there is one; else none may come there any more.
func TestKeeperHangs(t *testing.T) {
	table := talking(3000, func(*record.Record) {})
	for name, from := range map[string]time.Time{"none before": {}, "one before": time.Unix(1, 0)} {
		k := keeperOf(t, filepath.Join(t.TempDir(), "state"))
		if !k.finish(table, 1) { // its goroutine has ended: nothing is taken from now on
			t.Fatal("no checkpoint")
		}
		k.file.todo, k.file.done = make(chan errand, keptBlocks), make(chan deed)
		k.at, k.from, k.file.endures = time.Time{}, from, time.Millisecond
		kept := k.finish(table, 1)
		if !k.file.hangs || kept == from.IsZero() || k.file.over.Load() == kept {
			t.Errorf("%s: kept %v, hangs %v", name, kept, k.file.hangs)
		}
	}
}

// TestKeeperOver: a checkpoint that the disk takes too late does not take the file's name.
func TestKeeperOver(t *testing.T) {
	table := talking(10, func(*record.Record) {})
	k := keeperOf(t, filepath.Join(t.TempDir(), "state"))
	k.file.over.Store(true)
	if k.finish(table, 1) {
		t.Error("it is said to be kept")
	}
	if _, err := os.Stat(k.file.path); err == nil {
		t.Error("there is a file")
	}
}

// TestKeeperGoesOn: a slice that took long once, as the machine was busy, ends nothing.
func TestKeeperGoesOn(t *testing.T) {
	table := talking(3000, func(*record.Record) {})
	k := keeperOf(t, filepath.Join(t.TempDir(), "state"))
	for k.step(table, 1, time.Now(), keptBusy); k.going; k.step(table, 1, time.Now(), keptBusy) {
		k.spent = time.Hour
	}
	if !k.finish(table, 1) {
		t.Error("no checkpoint")
	}
}
