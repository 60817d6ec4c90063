package oracle

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onpath/conn"
	"onpath/flow"
	"onpath/packet"
	"onpath/record"
	"onpath/source"
	"onpath/tcp"
)

// truthFolder is where the captures lie, seen from this package.
const truthFolder = "../../../shared/truth"

// folder returns where the captures lie, or skips the test.
func folder(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat(truthFolder); err != nil {
		t.Skip("no captures with their truth at " + truthFolder)
	}
	return truthFolder
}

// runs returns the names of the kernel runs.
func runs(t *testing.T) (names []string) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(folder(t), "*.pkts.jsonl.gz"))
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".pkts.jsonl.gz"))
	}
	if len(names) == 0 {
		t.Fatal("no kernel runs")
	}
	return names
}

// verdict is what we say of one frame.
type verdict struct {
	why      conn.Explanation
	delivery conn.Delivery
	loss     conn.Loss
	dir      tcp.Dir
	possible [2]conn.Set
	conn     uint64 // the record it counts to
	tcp      bool
}

// observe reads a capture file; the verdict of frame n is at n.
func observe(t *testing.T, path string) []verdict {
	t.Helper()
	in, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	return judge(t, in)
}

// judge reads all packets of in.
func judge(t *testing.T, in *source.Reader) []verdict {
	t.Helper()
	said := []verdict{{}} // frames are numbered from 1
	decoder := packet.NewDecoder(packet.Config{})
	table := flow.New(flow.Config{}, func(*record.Record) {})
	var f packet.Frame
	var v packet.View
	for {
		err := in.Next(&f)
		if errors.Is(err, io.EOF) {
			return said
		}
		if err != nil {
			t.Fatal(err)
		}
		decoder.Decode(&f, &v)
		p := table.Observe(&v)
		said = append(said, verdict{p.Explanation, p.Delivery, p.Loss, p.Dir, p.Possible, p.Conn, v.IsTCP()})
	}
}
