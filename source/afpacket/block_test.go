//go:build linux

package afpacket

import (
	"encoding/binary"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"onpath/packet"
)

// blocks makes a Ring of two blocks that no kernel knows.
func blocks(link packet.LinkType, cooked bool) *Ring {
	r := &Ring{snaplen: 100, fd: -1, block: 1 << 10, memory: make([]byte, 2<<10), link: link, cooked: cooked}
	return r
}

// FuzzBlock: whatever stands in a block, all that is handed over lies in it, behind
// its head, no more frames than it says; and the block is given back.
func FuzzBlock(f *testing.F) {
	f.Add(block(2, 48, 200, 0, 86, 60, 60), true)
	f.Add(block(3, 48, 1<<31, 120, 86, 60, 60), false)
	f.Add(block(1, 1000, 0, 120, 86, 60, 60), false)
	f.Add(block(1, 48, 0, 0, 86, 1<<32-1, 60), true)
	f.Add(block(1<<32-1, 48, 0, 8, 100, 10, 1<<32-1), true)
	f.Add(block(1, 48, 0, 0, 3, 10, 10), true)
	f.Fuzz(func(t *testing.T, octets []byte, cooked bool) {
		link := packet.LinkEthernet
		if cooked {
			link = packet.LinkLinuxSLL2
		}
		r := blocks(link, cooked)
		copy(r.memory[:r.block], octets)
		r.header(0).Block_status = unix.TP_STATUS_USER
		r.memory[r.block+blockHead] = 0 // the other one is the kernel's
		before := uintptr(unsafe.Pointer(&r.memory[0]))
		var f packet.Frame
		n := 0
		for r.Next(&f) {
			if n++; n > r.block/wordSize {
				t.Fatal("more frames than have room")
			}
			if len(f.Data) > r.snaplen || int(f.WireLen) < len(f.Data) || cap(f.Data) != len(f.Data) {
				t.Fatalf("%d octets of %d", len(f.Data), f.WireLen)
			}
			if len(f.Data) == 0 {
				continue
			}
			at := int(uintptr(unsafe.Pointer(&f.Data[0])) - before)
			if at < blockHead || at+len(f.Data) > r.block {
				t.Fatalf("%d octets at %d of %d", len(f.Data), at, r.block)
			}
		}
		if r.memory[blockHead] != unix.TP_STATUS_KERNEL || r.held {
			t.Error("the block was not given back")
		}
		if r.stats.Odd > 1 {
			t.Error("a block is odd once")
		}
	})
}

// block returns the octets of a block with a frame header at first.
func block(packets, first, next, status, mac, snaplen, length uint32) []byte {
	b := make([]byte, 1<<10)
	le := binary.NativeEndian
	le.PutUint32(b[blockHead+4:], packets)
	le.PutUint32(b[blockHead+8:], first)
	if int(first)+frameHead > len(b) {
		return b
	}
	h := (*unix.Tpacket3Hdr)(unsafe.Pointer(&b[first]))
	*h = unix.Tpacket3Hdr{Next_offset: next, Status: status, Mac: uint16(mac), Snaplen: snaplen, Len: length}
	return b
}

// TestSizes: the ring is not larger than its target but for the least that works, and
// is made of enough blocks.
func TestSizes(t *testing.T) {
	for _, memory := range []int{0, 1, 1 << 20, 3 << 20, 10 << 20, DefaultMemory, 1 << 30} {
		block, count := sizes(memory)
		if block&(block-1) != 0 || block < smallBlock || block > largeBlock || count < fewBlocks {
			t.Errorf("%d octets: %d blocks of %d", memory, count, block)
		}
		if all := block * count; all > max(memory, fewBlocks*smallBlock) || memory > 2*all {
			t.Errorf("%d octets: %d in the ring", memory, all)
		}
	}
}

// TestLossThatIsCounted: a loss that was counted before its place was read lies behind the
// blocks that were closed by then.
func TestLossThatIsCounted(t *testing.T) {
	const closed, losing = unix.TP_STATUS_USER, unix.TP_STATUS_USER | unix.TP_STATUS_LOSING
	for name, tt := range map[string]struct {
		before [4]uint32 // of the blocks when it is counted; the first one is next
		want   [8]bool   // whether blocks came after a loss, in their order
	}{
		"nothing is closed":  {[4]uint32{}, [8]bool{0: true}},
		"one is":             {[4]uint32{closed}, [8]bool{1: true}},
		"three are":          {[4]uint32{closed, closed, closed}, [8]bool{3: true}},
		"all are":            {[4]uint32{closed, closed, closed, closed}, [8]bool{4: true}},
		"the kernel says it": {[4]uint32{closed, losing, losing}, [8]bool{1: true, 2: true, 3: true}},
	} {
		r := &Ring{fd: -1, block: 1 << 10, memory: make([]byte, 4<<10)}
		for i, status := range tt.before {
			r.header(i * r.block).Block_status = status
		}
		r.mark()
		for i, want := range tt.want {
			if status := &r.header(i % 4 * r.block).Block_status; *status&unix.TP_STATUS_USER == 0 {
				*status = closed
			}
			before := r.losses
			if r.turn(); (r.losses > before) != want {
				t.Errorf("%s: block %d came after a loss: %v, want %v", name, i, !want, want)
			}
		}
	}
	(&Ring{fd: -1}).mark() // of a ring that is closed
}
