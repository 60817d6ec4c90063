package afpacket

import (
	"math/bits"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"onpath/packet"
)

// A lone packet waits for its block to be closed, which the kernel looks after this
// often: it is handed over within twice the time.
const retire = 20 * time.Millisecond

// Ring is a packet socket and the ring of blocks that it shares with the kernel. It
// is for one goroutine.
type Ring struct {
	watch  *watch // with the other ones of its interface
	fd     int
	memory []byte // all blocks
	block  int    // octets of a block
	at     int    // where the block lies in memory that is read, or awaited
	held   bool   // that block is ours
	left   uint32 // frames in it that were not handed over
	next   int    // where the next of them lies in memory

	snaplen int
	link    packet.LinkType
	cooked  bool

	number uint64
	losses uint64
	turned uint64   // blocks that were taken
	losing []uint64 // which of those to come follow a loss that is counted already
	stats  Stats
}

// Open captures from an interface, from now on: no packet from before, and none that
// the filter does not want. Its errors say what to do.
func Open(c Config) (*Ring, error) {
	w, err := newWatch(c, false)
	if err != nil {
		return nil, err
	}
	return w.open()
}

// Link returns the link type of the frames.
func (r *Ring) Link() packet.LinkType { return r.link }

// Close gives the socket and the ring back. Frames are void after it.
func (r *Ring) Close() {
	r.release()
	r.watch.release()
}

// noSocket is no descriptor.
const noSocket = -1

// release is Close, and leaves r as it was before it was opened, but for what it counts.
func (r *Ring) release() {
	if r.fd == noSocket {
		return
	}
	if r.count(); len(r.losing) > 0 {
		r.losses++
	}
	if r.memory != nil {
		unix.Munmap(r.memory)
	}
	unix.Close(r.fd)
	r.memory, r.fd, r.at, r.left, r.held, r.turned, r.losing = nil, noSocket, 0, 0, false, 0, nil
}

// Next fills f with the next frame, or reports that none is at hand: then Wait does
// what its name says. f.Data is valid until the next call that does not follow a true
// Buffered.
func (r *Ring) Next(f *packet.Frame) bool {
	for r.left > 0 || r.turn() {
		if r.read(f) {
			r.number++
			f.Number = r.number
			return true
		}
	}
	return false
}

// Buffered reports whether Next has a frame that lies in the same block as the one
// before, which stays valid then.
func (r *Ring) Buffered() bool { return r.left > 0 }

// Idle reports that nothing has come which Next has not handed over, and that the kernel
// has begun no block either: what comes later is stamped later, but for what was stamped
// on its way to the ring by then. It costs nothing. It may be false though nothing came, for
// twice the time after which the kernel closes a block.
func (r *Ring) Idle() bool {
	if r.left > 0 || r.memory == nil {
		return r.left == 0
	}
	h := r.header(r.ahead(0))
	return atomic.LoadUint32(&h.Block_status)&unix.TP_STATUS_USER == 0 && atomic.LoadUint32(&h.Num_pkts) == 0
}

// HalfFull reports that half of the ring waits to be read. It costs nothing.
func (r *Ring) HalfFull() bool {
	if r.memory == nil {
		return false
	}
	h := r.header(r.ahead(len(r.memory) / r.block / 2))
	return atomic.LoadUint32(&h.Block_status)&unix.TP_STATUS_USER != 0
}

// Dropped returns how many packets the kernel had dropped when the block was closed
// that Next is reading, or a little later. It costs nothing.
func (r *Ring) Dropped() uint64 { return r.stats.Dropped }

// Losses returns how many blocks so far said that packets had been dropped before
// them, or some before those. It costs nothing.
func (r *Ring) Losses() uint64 { return r.losses }

// Stats returns the counts so far.
func (r *Ring) Stats() Stats {
	r.count()
	s := r.stats
	s.Frames = r.number
	return s
}

// count asks the kernel, which forgets what it has told.
func (r *Ring) count() {
	s, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return
	}
	r.stats.Arrived += uint64(s.Packets)
	r.stats.Dropped += uint64(s.Drops)
	r.stats.Frozen += uint64(s.Freeze_q_cnt)
	if s.Drops > 0 {
		r.mark()
	}
}

// mark notes where the loss lies that was just counted: behind all blocks that are closed
// by now. The kernel would have said so of the next one, but has forgotten the loss.
func (r *Ring) mark() {
	left := len(r.memory) / max(r.block, 1)
	if r.held {
		left--
	}
	behind := r.turned + 1
	for n := 0; n < left && atomic.LoadUint32(&r.header(r.ahead(n)).Block_status)&unix.TP_STATUS_USER != 0; n++ {
		behind++
	}
	if n := len(r.losing); n == 0 || r.losing[n-1] < behind {
		r.losing = append(r.losing, behind)
	}
}

// lost reports whether the block that was taken came after a loss, by its status or as
// mark noted.
func (r *Ring) lost(status uint32) bool {
	if len(r.losing) > 0 && r.losing[0] <= r.turned {
		r.losing = r.losing[1:]
		return true
	}
	return status&unix.TP_STATUS_LOSING != 0
}

// sizes returns how large the ring's blocks are and how many there are, for a target
// of memory in octets.
func sizes(memory int) (block, count int) {
	block = largeBlock
	for block > smallBlock && memory/block < enough {
		block /= 2
	}
	return block, max(memory/block, fewBlocks)
}

// request returns the ring as the kernel wants it described. Frame sizes mean nothing
// in version 3; they must fit.
func request(memory int) *unix.TpacketReq3 {
	const frame = 2048
	block, count := sizes(memory)
	return &unix.TpacketReq3{
		Block_size: uint32(block), Block_nr: uint32(count),
		Frame_size: frame, Frame_nr: uint32(block / frame * count),
		Retire_blk_tov: uint32(retire / time.Millisecond),
	}
}

// swap16 returns a number in network order as the kernel reads it from a word of 16
// bits.
func swap16(n uint16) uint16 {
	if bigEndian {
		return n
	}
	return bits.ReverseBytes16(n)
}
