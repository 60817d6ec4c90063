package kernel

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"onpath/compat/netfilter"
	"onpath/internal/netns"
	"onpath/packet"
)

// helped has the router help FTP, and the server drop what comes to port 4444.
const helped = `
netns exec R nft add table inet gate
netns exec R nft add ct helper inet gate ftp { type "ftp" protocol tcp; }
netns exec R nft add chain inet gate in { type filter hook prerouting priority -150; }
netns exec R nft add rule inet gate in ct state new tcp dport 21 ct helper set "ftp"
netns exec S nft add table inet own
netns exec S nft add chain inet own in { type filter hook input priority 0; }
netns exec S nft add rule inet own in tcp dport 4444 drop`

// TestGateway: of real traffic over a gateway, the events that the kernel told and
// those that a Tracker tells of the capture are the same, but for ids and times. Both ends
// run on one processor: of segments that two carry through the router at once, the capture
// and the router's tracking need not have the same order.
func TestGateway(t *testing.T) {
	g := netns.NewGateway(t, helped, "nft", "conntrack", "tcpdump", "taskset")
	capture := filepath.Join(t.TempDir(), "ingress.pcap")
	var events bytes.Buffer
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	serving := g.Start("ready", nil, "S", "taskset", "-c", "0", "env", roleVariable+"=server", self)
	listening := g.Start("", &events, "R", "conntrack", "-E", "-o", "timestamp,id", "-b", "8388608")
	capturing := g.Start("listening on", nil, "R", "tcpdump", "-i", "down0", "-U", "--immediate-mode", "-B", "16384", "-w", capture)
	g.Listened()
	g.Must("C", "taskset", "-c", "0", "env", roleVariable+"=client", self)
	time.Sleep(300 * time.Millisecond)
	capturing.Stop()
	listening.Stop()
	serving.Stop()
	kernel := stories(strings.Split(events.String(), "\n"))
	ours := stories(eventsOf(t, capture))
	compareStories(t, kernel, ours)
}

// noise is what events of different clocks and tables may differ in.
var noise = regexp.MustCompile(`^\[[0-9.]+\]\s+|\s*id=\d+$`)

// original is the tuple of a connection's first packet.
var original = regexp.MustCompile(`src=\S+ dst=\S+ (sport=\S+ dport=\S+|type=\S+ code=\S+ id=\S+)?`)

// ranOut is an entry's end by its timeout, of which nothing is left to be told.
var ranOut = regexp.MustCompile(`\[DESTROY\] \w+ +\d+ [^0-9 ]`)

// stories are the events of each tuple, in the order of the tuples' first events.
// (The kernel's ids do not serve: it makes them of addresses in its memory.) What
// ran out is left out: the kernel looks for it only now and then.
func stories(lines []string) (all [][]string) {
	index := map[string]int{}
	for _, line := range lines {
		about := original.FindString(line)
		if about == "" || ranOut.MatchString(line) {
			continue
		}
		if _, ok := index[about]; !ok {
			index[about] = len(all)
			all = append(all, nil)
		}
		said := strings.Join(strings.Fields(noise.ReplaceAllString(line, "")), " ")
		all[index[about]] = append(all[index[about]], said)
	}
	return all
}

// eventsOf are the events that a Tracker tells of a capture.
func eventsOf(t *testing.T, capture string) (lines []string) {
	t.Helper()
	frames, err := readEthernet(capture)
	if err != nil {
		t.Fatal(err)
	}
	tracker := netfilter.New(netfilter.Config{
		NoChecksums: true, // a virtual wire leaves them to the card
		Helpers:     []netfilter.Attach{{Helper: "ftp", Ports: []uint16{21}}},
		Event:       func(e *netfilter.Event) { lines = append(lines, string(e.Append(nil))) },
	})
	decoder := packet.NewDecoder(packet.Config{})
	var view packet.View
	var verdict netfilter.Verdict
	for i := range frames {
		decoder.Decode(&frames[i], &view)
		tracker.Observe(&view, &verdict)
	}
	t.Logf("%d frames, %d events", len(frames), len(lines))
	return lines
}

// readEthernet reads what tcpdump wrote: classic pcap, µs, in the order of this
// machine's octets.
func readEthernet(name string) (frames []packet.Frame, err error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if len(b) < 24 || ne.Uint32(b) != 0xa1b2c3d4 {
		return nil, errors.New(name + ": not the capture that tcpdump writes")
	}
	for b = b[24:]; len(b) >= 16; {
		n := int(ne.Uint32(b[8:]))
		if len(b) < 16+n {
			break
		}
		at := int64(ne.Uint32(b))*1e9 + int64(ne.Uint32(b[4:]))*1e3
		frames = append(frames, packet.Frame{Data: b[16 : 16+n], At: at, Number: uint64(len(frames) + 1), WireLen: ne.Uint32(b[12:]), Link: packet.LinkEthernet})
		b = b[16+n:]
	}
	return frames, nil
}

// sameEvent reports whether two events are the same. Both round what is left of a
// timeout down, each on its own clock.
func sameEvent(a, b string) bool {
	f, g := strings.Fields(a), strings.Fields(b)
	if len(f) > 3 && len(f) == len(g) {
		n, err1 := strconv.Atoi(f[3])
		m, err2 := strconv.Atoi(g[3])
		if err1 == nil && err2 == nil && n-m <= 1 && m-n <= 1 {
			f[3] = g[3]
		}
	}
	return slices.Equal(f, g)
}

// compareStories holds the stories of both against each other, one by one.
func compareStories(t *testing.T, kernel, ours [][]string) {
	t.Helper()
	events := 0
	for i := range max(len(kernel), len(ours)) {
		var k, o []string
		if i < len(kernel) {
			k = kernel[i]
		}
		if i < len(ours) {
			o = ours[i]
		}
		events += len(k)
		if !slices.EqualFunc(k, o, sameEvent) {
			t.Errorf("connection %d:\nkernel:\n  %s\nours:\n  %s", i+1, strings.Join(k, "\n  "), strings.Join(o, "\n  "))
		}
	}
	t.Logf("%d connections, %d events of the kernel", len(kernel), events)
	if len(kernel) < 20 {
		t.Errorf("only %d connections passed the gateway", len(kernel))
	}
}
