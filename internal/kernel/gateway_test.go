package kernel

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"onpath/compat/netfilter"
	"onpath/packet"
)

// gateway is three namespaces: a client, a router, and a server.
type gateway struct {
	t      *testing.T
	prefix string
}

// setup are commands that build it; C, R and S are the namespaces.
const setup = `
netns add C
netns add R
netns add S
-n R link add down0 type veth peer name eth0 netns C
-n R link add up0 type veth peer name eth0 netns S
-n C addr add 198.18.0.1/24 dev eth0
-n C -6 addr add fd18::1/64 dev eth0 nodad
-n R addr add 198.18.0.254/24 dev down0
-n R -6 addr add fd18::fe/64 dev down0 nodad
-n R addr add 198.19.0.254/24 dev up0
-n R -6 addr add fd19::fe/64 dev up0 nodad
-n S addr add 198.19.0.1/24 dev eth0
-n S -6 addr add fd19::1/64 dev eth0 nodad
-n C link set lo up
-n S link set lo up
-n C link set eth0 up
-n S link set eth0 up
-n R link set down0 up
-n R link set up0 up
-n C route add default via 198.18.0.254
-n C -6 route add default via fd18::fe
-n S route add default via 198.19.0.254
-n S -6 route add default via fd19::fe
netns exec R sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
netns exec R nft add table inet gate
netns exec R nft add ct helper inet gate ftp { type "ftp" protocol tcp; }
netns exec R nft add chain inet gate in { type filter hook prerouting priority -150; }
netns exec R nft add rule inet gate in ct state new tcp dport 21 ct helper set "ftp"
netns exec S nft add table inet own
netns exec S nft add chain inet own in { type filter hook input priority 0; }
netns exec S nft add rule inet own in tcp dport 4444 drop`

// newGateway builds one, or skips the test where that is not possible.
func newGateway(t *testing.T) *gateway {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("network namespaces take root")
	}
	for _, program := range []string{"ip", "nft", "conntrack", "tcpdump", "sysctl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	g := &gateway{t, fmt.Sprintf("onpath%d", os.Getpid())}
	t.Cleanup(g.remove)
	for i, line := range strings.Split(strings.TrimSpace(setup), "\n") {
		if out, err := g.ip(strings.Fields(line)...).CombinedOutput(); err != nil {
			if i == 0 {
				t.Skipf("network namespaces are not permitted: %s", out)
			}
			t.Fatalf("%s: %v: %s", line, err, out)
		}
	}
	return g
}

// remove takes the namespaces away, and with them all that is in them.
func (g *gateway) remove() {
	for _, n := range []string{"C", "R", "S"} {
		g.ip("netns", "del", n).Run()
	}
}

// ip is a command of iproute2, with the namespaces' real names.
func (g *gateway) ip(args ...string) *exec.Cmd {
	for i, a := range args {
		if a == "C" || a == "R" || a == "S" {
			args[i] = g.prefix + a
		}
	}
	return exec.Command("ip", args...)
}

// start runs a program in a namespace, and returns what ends it. It waits until the
// program has said ready on standard output or standard error.
func (g *gateway) start(ready string, out io.Writer, args ...string) (stop func()) {
	g.t.Helper()
	cmd := g.ip(append([]string{"netns", "exec"}, args...)...)
	r, w, err := os.Pipe()
	if err != nil {
		g.t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		g.t.Fatal(err)
	}
	cmd.Stderr, cmd.Stdout = w, w
	if out != nil {
		cmd.Stdout = out
	}
	if err := cmd.Start(); err != nil {
		g.t.Fatal(err)
	}
	w.Close()
	lines := bufio.NewScanner(r)
	for ready != "" && lines.Scan() && !strings.Contains(lines.Text(), ready) {
	}
	return func() {
		in.Close()
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
		r.Close()
	}
}

// listened waits until somebody in the router listens to netfilter's events.
func (g *gateway) listened() {
	g.t.Helper()
	const netfilter = "12" // NETLINK_NETFILTER
	for range 100 {
		out, _ := g.ip("netns", "exec", "R", "cat", "/proc/net/netlink").Output()
		for line := range strings.Lines(string(out)) {
			if f := strings.Fields(line); len(f) > 3 && f[1] == netfilter && strings.Trim(f[3], "0") != "" {
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	g.t.Fatal("conntrack -E does not listen")
}

// TestGateway: of real traffic over a gateway, the events that the kernel told and
// those that a Tracker tells of the capture are the same, but for ids and times.
func TestGateway(t *testing.T) {
	g := newGateway(t)
	capture := filepath.Join(t.TempDir(), "ingress.pcap")
	var events bytes.Buffer
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	stopServer := g.start("ready", nil, "S", "env", roleVariable+"=server", self)
	stopEvents := g.start("", &events, "R", "conntrack", "-E", "-o", "timestamp,id", "-b", "8388608")
	stopCapture := g.start("listening on", nil, "R", "tcpdump", "-i", "down0", "-U", "--immediate-mode", "-B", "16384", "-w", capture)
	g.listened()
	out, err := g.ip("netns", "exec", "C", "env", roleVariable+"=client", self).CombinedOutput()
	if err != nil {
		t.Fatalf("client: %v: %s", err, out)
	}
	time.Sleep(300 * time.Millisecond)
	stopCapture()
	stopEvents()
	stopServer()
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
