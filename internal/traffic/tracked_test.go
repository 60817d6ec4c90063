//go:build linux

package traffic

import (
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// tracked holds the events of the router's connection tracking against those that
// onpath tells of the frames that it captured on the client's side. A kernel whose
// socket for events had no room says that it lost some: then those that came must be
// among ours, in their order.
func (m *meeting) tracked(frames, events string, lossy bool) {
	told := stories(m.t, events)
	cmd := exec.Command(command(m.t), "packets", "--netfilter", "--nf-checksum=false", "-o", "conntrack", frames)
	out, err := cmd.Output()
	if err != nil {
		m.t.Fatal("onpath packets -o conntrack: ", err)
	}
	ours := stories(m.t, string(out))
	m.t.Logf("%d connections of the router's tracking (events lost: %t), %d of ours", len(told), lossy, len(ours))
	equal, differ := 0, 0
	for about := range union(told, ours) {
		switch {
		case slices.EqualFunc(told[about], ours[about], sameEvent):
			equal++
		case unconfirmed.MatchString(about) && len(told[about]) == 0, lossy && among(told[about], ours[about]):
		default:
			if differ++; differ <= 5 {
				m.t.Errorf("the kernel:\n  %s\nonpath:\n  %s", strings.Join(told[about], "\n  "), strings.Join(ours[about], "\n  "))
			}
		}
	}
	m.t.Logf("the events of %d connections are equal, of %d not", equal, differ)
	if equal < len(ours)/2 {
		m.t.Error("of most connections the kernel told nothing")
	}
}

// among reports whether the events of the first list are in the second one, in their
// order.
func among(some, all []string) bool {
	for _, event := range some {
		i := slices.IndexFunc(all, func(e string) bool { return sameEvent(event, e) })
		if i < 0 {
			return false
		}
		all = all[i+1:]
	}
	return true
}

// unconfirmed is what the router itself rejects: it forgets it untold (netfilter
// confirms an entry when its first packet leaves), which nobody beside it can know.
var unconfirmed = regexp.MustCompile(`dport=(7006|7007)`)

// differing is what events of different clocks and tables may differ in.
var differing = regexp.MustCompile(`^\[[0-9.]+\]\s+|\s*id=\d+$`)

// original is the tuple of a connection's first packet.
var original = regexp.MustCompile(`tcp .*?(src=\S+ dst=\S+ sport=\S+ dport=\S+)`)

// ranOut is an entry's end by its timeout: the kernel looks for it only now and then.
var ranOut = regexp.MustCompile(`\[DESTROY\] \w+ +\d+ [^0-9 ]`)

// stories are the events of TCP by the tuples of their first packets.
func stories(t *testing.T, text string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for line := range strings.Lines(text) {
		about := original.FindStringSubmatch(line)
		if about == nil || ranOut.MatchString(line) {
			continue
		}
		said := strings.Join(strings.Fields(differing.ReplaceAllString(strings.TrimSpace(line), "")), " ")
		all[about[1]] = append(all[about[1]], said)
	}
	return all
}

func union(a, b map[string][]string) map[string]bool {
	all := map[string]bool{}
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	return all
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
