package oracle

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// socket is what a kernel said of a socket of its own (TCP_INFO).
type socket struct {
	T             float64 // when, in seconds
	Label         string
	Host          string // A or B
	Local, Remote string
	RTTus         int64 // its smoothed round trip
}

// port returns the port of an address; 0 if there is none.
func port(addr string) uint16 {
	n, _ := strconv.ParseUint(addr[strings.LastIndexByte(addr, ':')+1:], 10, 16)
	return uint16(n)
}

// has reports whether a packet is of the socket. A socket that is closed no longer
// tells its peer.
func (s *socket) has(p *sent) bool {
	local, remote := p.SPort, p.DPort
	if !s.sent(p) {
		local, remote = remote, local
	}
	return local == port(s.Local) && (s.Remote == "" || remote == port(s.Remote))
}

// sent reports whether the socket's host sent a packet.
func (s *socket) sent(p *sent) bool { return p.Dir[:1] == s.Host }

// at returns when the socket's host sent a packet or got it; ok is false if it did
// not.
func (s *socket) at(p *sent) (t float64, ok bool) {
	if s.sent(p) {
		return p.T, true
	}
	if len(p.Delivered) == 0 {
		return 0, false
	}
	return p.Delivered[0], true
}

// knows returns the packets of the socket that its host had sent or got when it told,
// in the order in which it did.
func (s *socket) knows(all []sent) (known []sent) {
	for _, p := range all {
		if t, ok := s.at(&p); ok && t <= s.T && s.has(&p) {
			known = append(known, p)
		}
	}
	slices.SortStableFunc(known, func(a, b sent) int {
		ta, _ := s.at(&a)
		tb, _ := s.at(&b)
		return cmp.Compare(ta, tb)
	})
	return known
}

// samples are round trips as the socket's host takes them, by Karn's rule (RFC 6298
// §3): from the first segment that an ACK is the first to cover.
type samples [][2]sent

func (s *socket) samples(known []sent) (taken samples) {
	var under []sent
	for _, p := range known {
		switch {
		case s.sent(&p) && p.again():
			under = nil
		case s.sent(&p) && p.seqLen() > 0:
			under = append(under, p)
		case !s.sent(&p):
			if len(under) > 0 && !under[0].end().After(p.Ack) {
				taken = append(taken, [2]sent{under[0], p})
			}
			under = slices.DeleteFunc(under, func(u sent) bool { return !u.end().After(p.Ack) })
		}
	}
	return taken
}

// smooth is SRTT of RFC 6298 §2, in µs, of the times that at tells of both segments
// of a sample.
func (taken samples) smooth(at func(*sent) float64) (srtt float64) {
	for i := range taken {
		sample := at(&taken[i][1]) - at(&taken[i][0])
		if i == 0 {
			srtt = sample
		}
		srtt += (sample - srtt) / 8
	}
	return srtt
}

// sockets returns what both kernels of a run said.
func sockets(t *testing.T, name string) []socket {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder(t), name+".truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var run struct{ Info []socket }
	if err := json.Unmarshal(text, &run); err != nil {
		t.Fatal(err)
	}
	return run.Info
}
