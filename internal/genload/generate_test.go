package genload_test

import (
	"bytes"
	"errors"
	"hash/fnv"
	"io"
	"net/netip"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"onpath/internal/genload"
)

// tiny is l small enough for a test.
func tiny(l genload.Load) genload.Load {
	f := 3000 / float64(max(l.Packets, l.Connections*10))
	l = l.Scale(f)
	l.Connections, l.Open = max(l.Connections, 3), max(l.Open, 2)
	return l
}

// TestWriteReadsBack gives every load to gopacket: all frames decode, all
// checksums are right, time never steps back, and the Stats are true.
func TestWriteReadsBack(t *testing.T) {
	for _, l := range genload.Loads() {
		t.Run(l.Name, func(t *testing.T) {
			var b bytes.Buffer
			want, err := genload.Write(&b, tiny(l), genload.Options{Seed: 1, Nanos: true})
			if err != nil {
				t.Fatal(err)
			}
			got := readBack(t, &b)
			got.Connections, got.Data, got.Repeated = want.Connections, want.Data, want.Repeated
			if got != want {
				t.Errorf("gopacket counts %+v, Stats are %+v", got, want)
			}
			if want.Frames < 500 || want.Connections == 0 || want.Data == 0 {
				t.Errorf("nothing much was played: %+v", want)
			}
		})
	}
}

func readBack(t *testing.T, r io.Reader) (s genload.Stats) {
	p, err := pcapgo.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	var last time.Time
	for {
		data, ci, err := p.ReadPacketData()
		if err == io.EOF {
			return s
		}
		if err != nil {
			t.Fatal(err)
		}
		if ci.Timestamp.Before(last) {
			t.Fatalf("frame %d steps back in time", s.Frames+1)
		}
		last = ci.Timestamp
		s.Frames++
		s.Octets += uint64(len(data))
		s.TCP += checkFrame(t, s.Frames, data)
	}
}

// checkFrame returns 1 if data holds a TCP segment.
func checkFrame(t *testing.T, number uint64, data []byte) (tcp uint64) {
	frame := gopacket.NewPacket(data, layers.LayerTypeEthernet, gopacket.NoCopy)
	if e := frame.ErrorLayer(); e != nil && frame.TransportLayer() == nil {
		t.Errorf("frame %d: %v", number, e.Error())
	}
	tellNetworks(frame)
	if err, mismatches := frame.VerifyChecksums(); err != nil || len(mismatches) > 0 {
		t.Errorf("frame %d: checksums %v %v", number, err, mismatches)
	}
	if frame.Layer(layers.LayerTypeTCP) != nil {
		return 1
	}
	return 0
}

// tellNetworks gives each transport the IP header that its checksum covers.
func tellNetworks(frame gopacket.Packet) {
	var ip gopacket.NetworkLayer
	for _, l := range frame.Layers() {
		if n, ok := l.(gopacket.NetworkLayer); ok {
			ip = n
		}
		if s, ok := l.(interface {
			SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
		}); ok && ip != nil {
			_ = s.SetNetworkLayerForChecksum(ip)
		}
	}
}

func TestWriteIsDeterministic(t *testing.T) {
	sum := func(seed uint64) uint64 {
		h := fnv.New64a()
		l, _ := genload.Find("mix")
		if _, err := genload.Write(h, tiny(l), genload.Options{Seed: seed}); err != nil {
			t.Fatal(err)
		}
		return h.Sum64()
	}
	first := sum(1)
	if again := sum(1); again != first {
		t.Error("the same seed gives two captures")
	}
	if sum(2) == first {
		t.Error("two seeds give one capture")
	}
}

// TestFloodSources: no SYN of the flood comes from where no host can be.
func TestFloodSources(t *testing.T) {
	var b bytes.Buffer
	l, _ := genload.Find("flood")
	if _, err := genload.Write(&b, tiny(l), genload.Options{Seed: 1}); err != nil {
		t.Fatal(err)
	}
	p, err := pcapgo.NewReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	syns := 0
	for data, _, err := p.ReadPacketData(); err == nil; data, _, err = p.ReadPacketData() {
		frame := gopacket.NewPacket(data, layers.LayerTypeEthernet, gopacket.NoCopy)
		ip, ok := frame.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
		tcp, isTCP := frame.Layer(layers.LayerTypeTCP).(*layers.TCP)
		if !ok || !isTCP || !tcp.SYN || tcp.ACK {
			continue
		}
		syns++
		if from, _ := netip.AddrFromSlice(ip.SrcIP.To4()); from.IsLoopback() || from.As4()[0] == 0 || from.As4()[0] >= 224 {
			t.Errorf("a SYN from %v", from)
		}
	}
	if syns < 2000 {
		t.Errorf("only %d SYNs", syns)
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

func TestWriteReportsTheWriter(t *testing.T) {
	full := errors.New("disk full")
	l, _ := genload.Find("bulk")
	if _, err := genload.Write(brokenWriter{full}, tiny(l), genload.Options{}); err != full {
		t.Errorf("error %v, want the writer's own", err)
	}
}
