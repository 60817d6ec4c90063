package run

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"onpath/anomaly"
	"onpath/check"
	"onpath/flow"
)

// lossy writes a capture whose statistics tell of three drops, and in which a frame
// has a data offset that cannot be.
func lossy(t *testing.T) (path string) {
	path = filepath.Join(t.TempDir(), "lossy.pcapng")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := pcapgo.NewNgWriter(f, layers.LinkTypeRaw)
	frame := append([]byte{0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}, make([]byte, 20)...)
	frame[20+12] = 4 << 4
	info := gopacket.CaptureInfo{Timestamp: time.Unix(1e9, 0), CaptureLength: len(frame), Length: len(frame)}
	drops := pcapgo.NgInterfaceStatistics{LastUpdate: time.Unix(1e9, 0), PacketsDropped: 3}
	if err := errors.Join(err, w.WritePacket(info, frame), w.WriteInterfaceStats(0, drops), w.Flush()); err != nil {
		t.Fatal(err)
	}
	return path
}

// told returns the findings that a run writes, without their occurrences.
func told(t *testing.T, work func(Config) error, c Config) (rows []map[string]any, err error) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "findings")
	c.Outputs = []Output{{"findings", out}}
	err = work(quiet(c))
	octets, failed := os.ReadFile(out)
	if failed != nil {
		t.Fatal(failed)
	}
	for line := range strings.Lines(string(octets)) {
		row := map[string]any{}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows, err
}

// What belongs to no connection is told at the end, with the host or without.
func TestFindingsOfNoConnection(t *testing.T) {
	for name, work := range map[string]func(Config) error{"read": Read, "packets": Packets} {
		c := Config{Files: []string{lossy(t)}, FailOn: anomaly.Violation}
		rows, err := told(t, work, c)
		if len(rows) != 2 || rows[0]["id"] != "tcp-data-offset-too-small" || rows[0]["host"] != "192.0.2.1" || rows[0]["dir"] != nil ||
			rows[1]["id"] != "capture-dropped" || rows[1]["host"] != nil || rows[1]["conn"] != nil {
			t.Errorf("%s: %v", name, rows)
		}
		if found := (*Found)(nil); !errors.As(err, &found) || found.Count != 1 {
			t.Errorf("%s: %v", name, err)
		}
		c.Flow = flow.Config{Rules: check.Config{Least: anomaly.Performance}}
		if rows, _ := told(t, work, c); len(rows) != 1 {
			t.Errorf("%s: not all that is mild is gone: %v", name, rows)
		}
	}
}

func TestFrequent(t *testing.T) {
	var f found
	for i, id := range []anomaly.ID{anomaly.ZeroWindow, anomaly.WindowFull, anomaly.DuplicateAck, anomaly.RetransmissionRto,
		anomaly.RetransmissionFast, anomaly.RetransmissionTlp, anomaly.SynRetransmission, anomaly.FinRetransmission} {
		for range 10 - i {
			f.finding(&check.Finding{ID: id, Severity: anomaly.Performance, Count: 1 + uint64(i%2)})
		}
	}
	want := "performance: 10 zero-window, 9 window-full x18, 8 duplicate-ack, 7 retransmission-rto x14, 6 retransmission-fast, " +
		"5 retransmission-tlp x10, 7 of 2 other kinds"
	if got := frequent(anomaly.Performance, f.ids[anomaly.Performance], f.shown[anomaly.Performance]); strings.Join(strings.Fields(got), " ") != want {
		t.Errorf("got %q", got)
	}
	if got := f.head(); got != "52, shown 76 times: " {
		t.Errorf("head %q", got)
	}
	if n := f.atLeast(anomaly.Informational); n != 52 {
		t.Errorf("%d at least informational", n)
	}
	if n := f.atLeast(anomaly.Suspicious); n != 0 {
		t.Errorf("%d at least suspicious", n)
	}
}

// A gate that tells where a capture was made says nothing of what is wrong with it.
func TestClosedGates(t *testing.T) {
	var f found
	f.silent(anomaly.GateSyn | anomaly.GateServerSide)
	f.silent(anomaly.GateSyn | anomaly.GateNoGap)
	var b strings.Builder
	f.write(&b)
	if got := b.String(); got != "gates closed 2 syn, 1 no-gap\n" {
		t.Errorf("got %q", got)
	}
}
