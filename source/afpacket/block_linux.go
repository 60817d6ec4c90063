package afpacket

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"onpath/packet"
	"onpath/tcp"
)

// Where things stand in a block and in front of a frame (linux/if_packet.h): a block
// begins with a tpacket_block_desc, which has 8 octets and a tpacket_hdr_v1; behind
// the header of a frame stands a sockaddr_ll.
const (
	blockHead   = 8
	frameHead   = int(unsafe.Sizeof(unix.Tpacket3Hdr{}))
	frameSource = (frameHead + unix.TPACKET_ALIGNMENT - 1) &^ (unix.TPACKET_ALIGNMENT - 1)
	sourceSize  = int(unsafe.Sizeof(unix.RawSockaddrLinklayer{}))
	wordSize    = 8 // headers begin at words
)

// header returns the header of the block at a place in memory. Its status is the word by
// which the kernel and we hand the block to each other.
func (r *Ring) header(at int) *unix.TpacketHdrV1 {
	return (*unix.TpacketHdrV1)(unsafe.Pointer(&r.memory[at+blockHead]))
}

// ahead returns where the block lies that comes n blocks behind the next one to be taken.
func (r *Ring) ahead(n int) int {
	if r.held {
		n++
	}
	return (r.at + n*r.block) % len(r.memory)
}

// turn gives the block back that was read, and takes the next one, if the kernel has
// closed it.
func (r *Ring) turn() bool {
	if r.held {
		atomic.StoreUint32(&r.header(r.at).Block_status, unix.TP_STATUS_KERNEL)
		r.at, r.held = r.ahead(0), false
	}
	if r.memory == nil {
		return false
	}
	h := r.header(r.at)
	status := atomic.LoadUint32(&h.Block_status)
	if status&unix.TP_STATUS_USER == 0 {
		return false
	}
	r.turned++
	if r.lost(status) {
		r.losses++
		r.count()
	}
	r.held, r.left, r.next = true, h.Num_pkts, r.at+int(h.Offset_to_first_pkt)
	return true
}

// read fills f with the frame that is next in the block. If the block's lengths
// contradict each other, it gives the rest of it up.
func (r *Ring) read(f *packet.Frame) bool {
	end := r.at + r.block
	if r.next < r.at || r.next > end-frameSource-sourceSize || r.next%wordSize != 0 || r.left == 0 {
		return r.giveUp()
	}
	h := (*unix.Tpacket3Hdr)(unsafe.Pointer(&r.memory[r.next]))
	from := r.next + int(h.Mac)
	if from < r.next+frameSource+sourceSize || int64(from)+int64(h.Snaplen) > int64(end) {
		return r.giveUp()
	}
	r.fill(f, h, from)
	r.left--
	if h.Next_offset == 0 { // so in the last one
		r.giveUp()
	}
	r.next += int(h.Next_offset)
	return true
}

// giveUp leaves what is left of a block unread.
func (r *Ring) giveUp() bool {
	if r.left > 0 {
		r.stats.Odd++
	}
	r.left = 0
	return false
}

// fill makes f of a header and the octets that begin at from, which have room in front
// of them.
func (r *Ring) fill(f *packet.Frame, h *unix.Tpacket3Hdr, from int) {
	to, wire := from+int(h.Snaplen), h.Len
	tpid, tci, tagged := tag(h)
	switch {
	case r.cooked:
		from -= r.cook(from, tpid, tci, tagged)
	case tagged && r.link == packet.LinkEthernet && to-from >= macs:
		from -= putTag(r.memory, from, tpid, tci)
	}
	wire += uint32(to-from) - h.Snaplen
	to = min(to, from+r.snaplen)
	f.Data = r.memory[from:to:to]
	f.At = int64(h.Sec)*1e9 + int64(h.Nsec)
	f.WireLen = max(wire, uint32(to-from))
	f.Link, f.Text, f.Sum = r.link, nil, tcp.SumUnknown
	if h.Status&unix.TP_STATUS_CSUMNOTREADY != 0 {
		f.Sum = tcp.SumPartial
	}
}
