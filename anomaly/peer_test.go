package anomaly

import (
	"slices"
	"strings"
	"testing"
)

func TestPeers(t *testing.T) {
	if len(Peers()) != int(numPeers) {
		t.Fatal(Peers())
	}
	for _, p := range Peers() {
		if got, ok := ParsePeer(p.String()); !ok || got != p || p.Doc() == "" {
			t.Errorf("%v: %v %v", p, got, ok)
		}
	}
	if _, ok := ParsePeer("tcpdump"); ok {
		t.Error("tcpdump is no peer")
	}
}

// TestCrosswalk: each name stands once, and has rows, each once.
func TestCrosswalk(t *testing.T) {
	for _, p := range Peers() {
		seen := map[string]bool{}
		for _, a := range Crosswalk(p) {
			if seen[a.Name] || a.Name == "" || len(a.IDs) == 0 {
				t.Errorf("%v %q: %v", p, a.Name, a.IDs)
			}
			seen[a.Name] = true
			if s := SetOf(a.IDs...); s.Len() != len(a.IDs) {
				t.Errorf("%v %q: %v", p, a.Name, a.IDs)
			}
			for _, id := range a.IDs {
				if !slices.Contains(id.Aliases(p), a.Name) {
					t.Errorf("%v does not know its alias %s", id, a.Name)
				}
			}
		}
	}
}

// TestPeersOnce: what the crosswalk has is not written again into a row.
func TestPeersOnce(t *testing.T) {
	for _, r := range Rows() {
		for _, p := range Peers() {
			for _, name := range r.ID.Aliases(p) {
				if strings.Contains(r.Peers, name) {
					t.Errorf("%s: %q repeats %v's %s", r.Name, r.Peers, p, name)
				}
			}
		}
	}
}
