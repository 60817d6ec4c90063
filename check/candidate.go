package check

import (
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// heldSyns is how many SYNs inside of living connections are remembered, of all
// connections together. The next segment of their ends tells what becomes of one.
const heldSyns = 32

// heldSyn is a SYN that may begin another incarnation, and is judged as none of the
// one that lives.
type heldSyn struct {
	key packet.Key
	seg tcp.Segment
	has bool
	mp  bool // it has MP_CAPABLE
}

// candidates is a ring of them. The zero candidates holds none.
type candidates struct {
	ring [heldSyns]heldSyn
	next uint8
}

// hold remembers the scene's SYN in place of the oldest one.
func (k *candidates) hold(s *Scene) {
	_, mp := s.mptcp(mpCapable)
	k.ring[k.next%heldSyns] = heldSyn{s.View.Key, *s.Seg, true, mp}
	k.next++
}

// take returns, and forgets, the latest SYN that is remembered of a connection; nil if
// there is none. It is valid until the next hold.
func (k *candidates) take(key *packet.Key) *heldSyn {
	for i := range uint8(heldSyns) {
		if h := &k.ring[(k.next-1-i)%heldSyns]; h.has && h.key == *key {
			h.has = false
			return h
		}
	}
	return nil
}

// Follows hands c, the Case of the record that supersedes another one's, what belongs
// to it: how many attempts came before and nothing answered, or that an ICMP error ended the
// last one; and, if v is not the SYN that began it, what that SYN offered, which was counted to
// the older record.
func (in *Inspector) Follows(c, older *Case, v *packet.View) {
	refused := older.shown & quoted
	if older.onlySyns() && refused == 0 {
		c.tried = older.tried
	}
	if v.Seg.Flags&(tcp.SYN|tcp.ACK) == tcp.SYN {
		c.shown |= refused // until the SYN is remembered
		return
	}
	if h := in.candidates.take(&v.Key); h != nil {
		h.seg.Dir = tcp.Client
		c.opens(h)
	}
}

// opens remembers the SYN with which c begins.
func (c *Case) opens(h *heldSyn) {
	seg, me := &h.seg, &c.side[h.seg.Dir]
	c.put(bareSyn, seg.Dir, true)
	c.tried |= ofISN(seg.Seq)
	c.noteOffers(seg)
	c.bid(seg)
	c.congestion.noteSyn(seg)
	c.windows.syn[seg.Dir] = seg.Win
	if c.offered = 0; seg.Opts&fastOpen != 0 {
		c.offered = offersTFO
	}
	if h.mp {
		c.offered |= offersMPTCP
	}
	me.mss, me.ecn = seg.MSS, unseenECN
	me.fate |= synOnce
	me.learn(seg)
	me.set(sawTS, seg.Opts&tcp.OptTimestamp != 0)
}

// learn remembers what only a SYN tells of its sender.
func (x *side) learn(seg *tcp.Segment) {
	x.saw |= sawSyn
	x.set(sawSACKOK, seg.Opts&tcp.OptSACKOK != 0)
	x.set(sawMD5, seg.Opts&tcp.OptMD5 != 0)
	x.set(sawAO, seg.Opts&tcp.OptAO != 0)
}

// opening reports whether the scene's segment is a SYN of the incarnation that is
// followed.
func (s *Scene) opening() bool {
	return s.Seg.Flags&(tcp.SYN|tcp.RST) == tcp.SYN && !s.Step.Outside && s.Step.Begin != conn.Candidate
}

// anew reports whether the scene's segment is the SYN with which another incarnation
// begins: what was remembered of SYNs is of the one before.
func (s *Scene) anew() bool {
	return s.Step.Begin == conn.Begun && s.Seg.Flags&(tcp.SYN|tcp.ACK) == tcp.SYN
}
