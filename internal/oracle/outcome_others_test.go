package oracle

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"onpath/record"
	"onpath/source"
)

// articleFolder is where the five stories of the seed article lie as captures.
const articleFolder = "../../../shared/corpus/article"

// article tells what became of each story: outcome, closer, attempts, deny_delay, flags.
var article = map[string]string{
	"s1_established":  "open - 1 - -",
	"s2_closed":       "closed server 1 - gap(201)", // the article shows the handshake and the close alone
	"s3_refused":      "refused server 3 - retried(3)",
	"s3b_tcpwrappers": "denied server 1 5.013549 -",
	"s4_noanswer":     "no-answer - 3 - retried(3),backing-off",
}

// TestArticle: the five stories, one record each.
func TestArticle(t *testing.T) {
	for name, want := range article {
		path := filepath.Join(articleFolder, name+".pcap")
		if _, err := os.Stat(path); err != nil {
			t.Skip("no captures of the article at " + articleFolder)
		}
		records := recordsOf(t, path)
		if len(records) != 1 {
			t.Errorf("%s: %d records", name, len(records))
			continue
		}
		if got := wordsOf(&records[0], "outcome", "closer", "attempts", "deny_delay", "outcome_flags"); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// seedText is where the text of the article lies.
const seedText = "../../../shared/seeds/004_*.txt"

// TestArticleText: the same of the article itself, whose first two stories are one
// connection.
func TestArticleText(t *testing.T) {
	paths, _ := filepath.Glob(seedText)
	if len(paths) != 1 {
		t.Skip("no text of the article at " + seedText)
	}
	in, err := source.Text(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	records, err := recordsIn(in)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{article["s2_closed"], article["s3_refused"], article["s3b_tcpwrappers"], article["s4_noanswer"]}
	if len(records) != len(want) {
		t.Fatalf("%d records, want %d", len(records), len(want))
	}
	for i := range records {
		if got := wordsOf(&records[i], "outcome", "closer", "attempts", "deny_delay", "outcome_flags"); got != want[i] {
			t.Errorf("record %d: %s, want %s", i+1, got, want[i])
		}
	}
}

// wordsOf returns the values of columns, a dash for null.
func wordsOf(r *record.Record, columns ...string) string {
	var words []string
	for _, name := range columns {
		v := string(record.ByName(record.FlatColumns(), name).Append(nil, r))
		if v == "" {
			v = "-"
		}
		words = append(words, v)
	}
	return strings.Join(words, " ")
}

// completenessEvery is which of the captures are looked at without ONPATH_FULL: one of
// so many.
const completenessEvery = 25

// completenessKnown are the files in some records of which tshark says otherwise, by the
// end of the path, and why.
var completenessKnown = map[string]string{
	"arkime/tests/pcap/tcp_handshake_synthetic.pcap": "a SYN was recorded behind the SYN,ACK, and then tshark does not count it",
	"Traces/ipv6-http-atomic-frag.pcap":              "the same",
	"Traces/tcp/handshake-reorder.pcap":              "the same",
	"Traces/ftp/ipv4.pcap":                           "FTP has announced the connection, and then tshark does not count its SYN",
	"unit_tests/pcaps/geneve.pcap":                   "each direction has another virtual network: two records of ours, one stream of tshark's",
	"tests/kday4.pcap":                               "the same packets under several headers: other frames make a stream",
	"tests/kday7.pcap":                               "the same",
}

// known reports whether tshark is known to say otherwise in a file.
func known(path string) bool {
	for end := range completenessKnown {
		if strings.HasSuffix(filepath.ToSlash(path), end) {
			return true
		}
	}
	return false
}

// TestCompleteness compares tshark_completeness with what tshark says in its second pass
// of the last frame of a stream, where its stream and our record have as many frames.
// That pass shows a stream's value before the first frame counts, so streams of one
// frame without SYN show 0: they are left out.
func TestCompleteness(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("no tshark")
	}
	compared := 0
	for i, path := range capturesOf(t) {
		if i%completenessEvery != 0 && os.Getenv("ONPATH_FULL") == "" {
			continue
		}
		records, err := readRecords(path)
		if err != nil {
			continue // no capture, or a damaged one
		}
		theirs := completenessOf(path)
		for _, r := range records {
			key := fmt.Sprintf("%v:%d %v:%d", r.Addr(0), r.Port(0), r.Addr(1), r.Port(1))
			s, ok := theirs[key]
			if frames := r.Side[0].Packets + r.Side[1].Packets; !ok || frames != s.frames || frames == 1 {
				continue
			}
			compared++
			if int(r.Outcome.Passed) != s.completeness && !known(path) {
				t.Errorf("%s: %s: completeness %d, tshark %d", path, key, r.Outcome.Passed, s.completeness)
			}
		}
	}
	t.Logf("%d records compared", compared)
}

// capturesOf returns the captures of the corpus that are not large.
func capturesOf(t *testing.T) (paths []string) {
	t.Helper()
	root := filepath.Join(articleFolder, "..", "captures")
	if _, err := os.Stat(root); err != nil {
		t.Skip("no captures at " + root)
	}
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err == nil && info.Size() < 1<<20 {
			paths = append(paths, path)
		}
		return nil
	})
	return paths
}

// stream is what tshark says of one: of how many frames, and which bits.
type stream struct {
	frames       uint64
	completeness int
}

// completenessOf asks tshark. Ends are named both ways round; those of which there are
// several streams, or frames with several TCP headers, are left out.
func completenessOf(path string) map[string]stream {
	out, _ := exec.Command("tshark", "-2", "-r", path, "-Y", "tcp", "-T", "fields", "-e", "tcp.stream", "-e", "tcp.completeness",
		"-e", "ip.src", "-e", "ipv6.src", "-e", "tcp.srcport", "-e", "ip.dst", "-e", "ipv6.dst", "-e", "tcp.dstport").Output()
	byKey, number := map[string]stream{}, map[string]string{}
	for line := range strings.Lines(string(out)) {
		w := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(w) != 8 || strings.Contains(line, ",") {
			continue
		}
		n, _ := strconv.Atoi(w[1])
		a, b := w[2]+w[3]+":"+w[4], w[5]+w[6]+":"+w[7]
		for _, key := range []string{a + " " + b, b + " " + a} {
			s := byKey[key]
			if number[key] != "" && number[key] != w[0] {
				s.frames += 1 << 32 // another stream: no record has as many
			}
			number[key] = w[0]
			byKey[key] = stream{s.frames + 1, n}
		}
	}
	return byKey
}
