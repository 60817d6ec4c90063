//go:build linux

package afpacket

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onpath/filter"
	"onpath/packet"
	"onpath/tcp"
)

// odd are frames that the kernel treats in ways of its own.
func odd() [][]byte {
	return [][]byte{
		ethernet(broadcast, 0, 0x0800),
		ethernet(broadcast, 1, 0x0800),
		ethernet(broadcast, 46, 0x0800),
		ethernet(broadcast, 100, 40),
		ethernet(broadcast, 46, 0x8100, 5, 0x0800),
		ethernet(broadcast, 46, 0x8100, 0xefff, 0x86dd),
		ethernet(broadcast, 46, 0x8100, 0, 0x0800),
		ethernet(broadcast, 46, 0x88a8, 7, 0x8100, 9, 0x0800),
		ethernet(broadcast, 46, 0x8100, 7, 0x8100, 9, 0x0800),
		ethernet(broadcast, 4, 0x8100, 7), // of less, the kernel cannot read the tag, and shows nothing
		ethernet(broadcast, 46, 0x9100, 7, 0x0800),
		ethernet(others, 46, 0x0800),
		ethernet(broadcast, 9000, 0x0800),
		segment(1, 2, 3, 4, 5),
	}
}

// TestFrames: what is sent comes, and so does what was sent, octet by octet.
func TestFrames(t *testing.T) {
	stage(t)
	in, out := opened(t, Config{Interface: "b"}), opened(t, Config{Interface: "a"})
	newSender(t, "a").send(odd()...)
	for _, r := range []*Ring{in, out} {
		got := collect(t, one(r), len(odd()))
		same(t, got, odd())
		now := time.Now().UnixNano()
		for i, f := range got {
			if f.Link != packet.LinkEthernet || f.Number != uint64(i+1) || f.At > now || f.At < now-int64(time.Minute) {
				t.Errorf("frame %d: link type %v, number %d, at %d", i+1, f.Link, f.Number, f.At)
			}
		}
		if s := r.Stats(); s.Frames != uint64(len(odd())) || s.Arrived != s.Frames || s.Dropped+s.Odd != 0 {
			t.Errorf("%+v", s)
		}
	}
}

// TestSnaplen: no more is kept, whoever cut it, and the length on the wire stays.
func TestSnaplen(t *testing.T) {
	stage(t)
	all := filter.Program{{Op: opReturn, K: 1 << 20}}
	for _, c := range []Config{{Interface: "b", Snaplen: 60}, {Interface: "b", Snaplen: 60, Filter: all}, {Interface: Any, Snaplen: 60}} {
		r := opened(t, c)
		newSender(t, "a").send(ethernet(broadcast, 1000, 0x8100, 5, 0x0800))
		got := collect(t, one(r), 1)
		want := []int{60, 1000 + 18}
		if c.Interface == Any { // both ends of the pair show it
			got, want = got[1:], []int{60, 1000 + 24}
		}
		if len(got) != 1 || len(got[0].kept) != want[0] || int(got[0].WireLen) != want[1] {
			t.Errorf("%+v: %d frames, %d octets of %d, want %d", c, len(got), len(got[0].kept), got[0].WireLen, want)
		}
		r.Close()
		r.fd = -1
	}
}

// TestAny: frames are cooked, and tell where and which way they went.
func TestAny(t *testing.T) {
	stage(t)
	r := opened(t, Config{Interface: Any})
	newSender(t, "a").send(ethernet(broadcast, 0, 0x0800), ethernet(others, 2, 0x8100, 5, 0x0800), ethernet(broadcast, 3, 0x88a8, 6, 0x86dd))
	newSender(t, "lo").send(segment(1, 2, 3, 4, 5))
	a, b := index(t, "a"), index(t, "b")
	head := func(proto uint16, i int32, arphrd uint16, kind byte, mac byte, rest ...byte) []byte {
		h := []byte{byte(proto >> 8), byte(proto), 0, 0, 0, 0, 0, byte(i), byte(arphrd >> 8), byte(arphrd), kind, 6, 2, 0, 0, 0, 0, mac, 0, 0}
		return append(h, rest...)
	}
	want := [][]byte{
		head(0x0800, a, 1, unix.PACKET_OUTGOING, 1),
		head(0x0800, b, 1, unix.PACKET_BROADCAST, 1),
		head(0x8100, a, 1, unix.PACKET_OUTGOING, 1, 0, 5, 8, 0, 0, 1),
		head(0x8100, b, 1, unix.PACKET_OTHERHOST, 1, 0, 5, 8, 0, 0, 1),
		head(0x88a8, a, 1, unix.PACKET_OUTGOING, 1, 0, 6, 0x86, 0xdd, 0, 1, 2),
		head(0x88a8, b, 1, unix.PACKET_BROADCAST, 1, 0, 6, 0x86, 0xdd, 0, 1, 2),
		head(0x0800, 1, unix.ARPHRD_LOOPBACK, unix.PACKET_MULTICAST, 1, segment(1, 2, 3, 4, 5)[14:]...),
	}
	got := collect(t, one(r), len(want))
	same(t, got, want)
	var d, v = packet.NewDecoder(packet.Config{}), packet.View{}
	for _, f := range got {
		f.Data = []byte(f.kept)
		if d.Decode(&f.Frame, &v); f.Link != packet.LinkLinuxSLL2 || v.Why == packet.LinkUnknown {
			t.Errorf("link type %v: %v", f.Link, v.Why)
		}
	}
}

func index(t *testing.T, name string) int32 {
	i, err := find(name)
	if err != nil {
		t.Fatal(err)
	}
	return i.index
}

// TestLoopback: what a machine sends to itself is seen once.
func TestLoopback(t *testing.T) {
	stage(t)
	r := opened(t, Config{Interface: "lo"})
	frames := [][]byte{segment(1, 2, 3, 4, 5), segment(1, 2, 3, 4, 65000)}
	newSender(t, "lo").send(frames...)
	same(t, collect(t, one(r), 2), frames)
}

// TestFilter: nothing comes that the filter refuses, not even what came while the
// socket was opened.
func TestFilter(t *testing.T) {
	stage(t)
	s := newSender(t, "a")
	stop, done := make(chan bool), make(chan bool)
	go func() {
		for done <- true; ; {
			select {
			case <-stop:
				close(done)
				return
			default:
				s.send(ethernet(broadcast, 46, 0x0800))
			}
		}
	}()
	<-done
	arp := compiled(t, "arp", packet.LinkEthernet)
	for range 10 {
		r := opened(t, Config{Interface: "b", Filter: arp, Memory: 1})
		rings, err := OpenFanout(Config{Interface: "b", Filter: arp, Memory: 1}, 2)
		if err != nil {
			t.Fatal(err)
		}
		newSender(t, "a").send(ethernet(broadcast, 46, 0x0806))
		if got := collect(t, one(r), 1); len(got) != 1 {
			t.Errorf("%d frames came", len(got))
		}
		if got := collect(t, rings, 1); len(got) != 1 {
			t.Errorf("%d frames came to a group", len(got))
		}
		for _, r := range rings {
			r.Close()
		}
	}
	stop <- true
	<-done
}

func compiled(t *testing.T, text string, link packet.LinkType) filter.Program {
	t.Helper()
	f, err := filter.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.CompileLive(link)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestCookedFilter: a filter written for the header of cooked frames selects them
// before they have it.
func TestCookedFilter(t *testing.T) {
	stage(t)
	s := newSender(t, "a")
	for _, row := range []struct {
		filter string
		want   int // of the two ends of the pair
	}{
		{"tcp", 2}, {"udp", 0}, {"ip", 2}, {"ip6", 0}, {"arp", 2}, {"port 80", 2}, {"port 81", 0},
		{"outbound and tcp port 80", 1}, {"inbound and tcp port 80", 1}, {"host 10.0.0.1 and tcp[13] = 16", 2}, {"host 10.0.0.3", 0},
	} {
		r := opened(t, Config{Interface: Any, Filter: compiled(t, row.filter, packet.LinkLinuxSLL2)})
		s.send(segment(1, 2, 1000, 80, 10), ethernet(broadcast, 46, 0x0806))
		if got := collect(t, one(r), row.want); len(got) != row.want {
			t.Errorf("%s: %d frames", row.filter, len(got))
		}
	}
	address := filter.Program{{Op: unix.BPF_LD | unix.BPF_H | unix.BPF_ABS, K: 12}, {Op: opReturn}}
	if _, err := Open(Config{Interface: Any, Filter: address}); err == nil {
		t.Error("the kernel does not tell the address")
	}
}

// TestPromiscuous: an interface is asked for it, and released.
func TestPromiscuous(t *testing.T) {
	stage(t)
	is := func() bool {
		return strings.Contains(command(t, "ip -d link show dev b"), "promiscuity 1")
	}
	r, err := Open(Config{Interface: "b", Promiscuous: true})
	if err != nil || !is() {
		t.Fatal(err, is())
	}
	r.Close()
	if is() {
		t.Error("it stayed promiscuous")
	}
	quiet := opened(t, Config{Interface: "b"})
	if is() {
		t.Error("nobody asked for it")
	}
	quiet.watch.follow()
}

// TestLone: one packet need not wait for others.
func TestLone(t *testing.T) {
	stage(t)
	r := opened(t, Config{Interface: "b"})
	s := newSender(t, "a")
	var f packet.Frame
	for range 5 {
		s.send(ethernet(broadcast, 46, 0x0800))
		waits := 0
		for !r.Next(&f) {
			if waits++; waits > 20 {
				t.Fatal("it does not come")
			}
			Wait(one(r), time.Second)
		}
		if late := time.Now().UnixNano() - f.At; late > int64(2*time.Second) { // 100 ms on a machine that is not busy
			t.Errorf("it came after %v", time.Duration(late))
		} else {
			t.Log(time.Duration(late))
		}
	}
}

// TestOffloads: what the sender's card was to cut and to sum comes in one piece, and
// its checksum is not judged; one that is bad is.
func TestOffloads(t *testing.T) {
	stage(t)
	r := opened(t, Config{Interface: "b"})
	s := newSender(t, "a")
	big := segment(1, 2, 3, 4, 60000)
	s.send(big[:2000], segment(1, 2, 3, 4, 1000))
	if err := unix.SetsockoptInt(s.fd, unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1); err != nil {
		t.Skip("no virtio headers: ", err)
	}
	const needsSum, tcp4 = 1, 1 // VIRTIO_NET_HDR_F_NEEDS_CSUM, VIRTIO_NET_HDR_GSO_TCPV4
	head := make([]byte, 10)
	head[0], head[1] = needsSum, tcp4
	ne.PutUint16(head[2:], 54)
	ne.PutUint16(head[4:], 1448)
	ne.PutUint16(head[6:], 34)
	ne.PutUint16(head[8:], 16)
	s.send(append(head, big...))
	got := collect(t, one(r), 3)
	if len(got) != 3 {
		t.Fatalf("%d frames came", len(got))
	}
	d, v := packet.NewDecoder(packet.Config{}), packet.View{}
	for i, want := range []tcp.Sum{tcp.SumUnknown, tcp.SumBad, tcp.SumPartial} {
		f := got[i].Frame
		f.Data = []byte(got[i].kept)
		if d.Decode(&f, &v); v.Seg.Sum != want {
			t.Errorf("frame %d: checksum %v, want %v (the kernel says %v)", i+1, v.Seg.Sum, want, f.Sum)
		}
	}
	if n := len(got[2].kept); n != len(big) {
		t.Errorf("%d octets, want %d", n, len(big))
	}
}

// TestDrops: who does not read loses, and learns how much.
func TestDrops(t *testing.T) {
	stage(t)
	r := opened(t, Config{Interface: "b", Memory: 1}) // four blocks of 128 KiB
	s := newSender(t, "a")
	const n = 1000
	for range n {
		s.send(ethernet(broadcast, 1400, 0x0800))
	}
	got := collect(t, one(r), 0)
	if st := r.Stats(); st.Dropped == 0 || st.Frozen == 0 || st.Arrived != n || st.Frames != uint64(len(got)) || st.Frames+st.Dropped != n {
		t.Errorf("%+v", st)
	}
	before := r.Stats().Dropped
	for range n {
		s.send(ethernet(broadcast, 1400, 0x0800))
	}
	collect(t, one(r), 0)
	s.send(ethernet(broadcast, 46, 0x0800))
	if collect(t, one(r), 1); r.Dropped() <= before || r.Losses() == 0 {
		t.Error("a block after drops does not tell of them")
	}
	if st := r.Stats(); st.Frames+st.Dropped != 2*n+1 {
		t.Errorf("%+v", st)
	}
}

// TestAllocs: nothing is allocated for a frame.
func TestAllocs(t *testing.T) {
	stage(t)
	for _, name := range []string{"b", Any} {
		r := opened(t, Config{Interface: name})
		s := newSender(t, "a")
		for range 2000 {
			s.send(ethernet(broadcast, 100, 0x8100, 5, 0x0800))
		}
		var f packet.Frame
		rings := one(r)
		next := func() {
			for tries := 0; !r.Next(&f) && tries < 100; tries++ {
				Wait(rings, retire)
			}
		}
		if n := testing.AllocsPerRun(1500, next); n != 0 || f.Number != 1501 {
			t.Errorf("%v allocations for a frame, %d frames", n, f.Number)
		}
	}
}

// TestErrors: they say what to do.
func TestErrors(t *testing.T) {
	stage(t)
	huge := make(filter.Program, 5000)
	for _, row := range []struct {
		c    Config
		want string
	}{
		{Config{Interface: "eth77"}, "-i eth77: no such interface; there are any, lo, "},
		{Config{Interface: "a-name-that-is-far-too-long"}, "no such interface"},
		{Config{Interface: ""}, "no such interface"},
		{Config{Interface: Any, Promiscuous: true}, "-i any cannot be promiscuous"},
		{Config{Interface: "b", Snaplen: -1}, "snap length -1"},
		{Config{Interface: "b", Memory: -1}, "must not be negative"},
		{Config{Interface: "b", Memory: 1 << 42}, "give it less memory"},
		{Config{Interface: "b", Filter: huge}, "make it simpler"},
		{Config{Interface: "b", Filter: filter.Program{{Op: 0xffff}}}, "the kernel refuses the filter"},
	} {
		if r, err := Open(row.c); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%+v: %v", row.c.Interface, err)
			if r != nil {
				r.Close()
			}
		}
	}
	if _, err := OpenFanout(Config{Interface: "b"}, 0); err == nil {
		t.Error("a group of no socket")
	}
}

// TestFilterWithoutMemory: where the kernel has too little memory for a long filter, the
// error says what bounds it.
func TestFilterWithoutMemory(t *testing.T) {
	stage(t)
	if err := os.WriteFile("/proc/sys/net/core/optmem_max", []byte("1000"), 0); err != nil {
		t.Skip("this kernel has one bound for all namespaces (before 6.7): ", err)
	}
	var p filter.Program
	for range 1000 {
		p = append(p, filter.Instruction{Op: opLoadImm})
	}
	r, err := Open(Config{Interface: "b", Filter: append(p, filter.Instruction{Op: opReturn})})
	if err == nil {
		r.Close()
	}
	if err == nil || !errors.Is(err, unix.ENOMEM) || !strings.Contains(err.Error(), "net.core.optmem_max") {
		t.Error(err)
	}
}
