package tcpstates

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
	"unsafe"

	"onpath/packet"
	"onpath/tcp"
)

// TestSize: a pair may cost 160 octets. Right after it grew, the index has one
// pair a head, that of fragments two entries a head.
func TestSize(t *testing.T) {
	const head, fragHead = 4, 2 * 4 / 2
	if n := unsafe.Sizeof(pair{}) + head + fragHead; n > 160 {
		t.Errorf("a pair has %d octets with its places in the indexes, at most 160 are allowed", n)
	}
	if n := unsafe.Sizeof([chunkPairs]pair{}); n%8192 != 0 {
		t.Errorf("a chunk of %d octets does not fill its last page", n)
	}
}

// TestLimits: the edges that were measured on the original.
func TestLimits(t *testing.T) {
	for _, tt := range []struct {
		timeout time.Duration
		ns      uint64
	}{
		{100 * time.Millisecond, 99_999_998},
		{10 * time.Second, 9_999_999_524},
		{120 * time.Second, 119_999_996_186},
		{182 * time.Second, 181_999_992_371},
		{610 * time.Second, 609_999_969_483},
		{-time.Second, 0},
		{time.Nanosecond, 1},
		{24 * time.Hour, 86_399_996_093_750},
	} {
		if got := limit(tt.timeout, 0); got != tt.ns {
			t.Errorf("%v is over after %d ns, want %d", tt.timeout, got, tt.ns)
		}
	}
	if l := NewLimits(Timeouts{Reset: time.Second}); l[reset] <= 999_999_000 || l[closed] != DefaultLimits[closed] {
		t.Errorf("limits %v", l)
	}
}

// TestLimitsAreAges: one number of ns stands for the arithmetic of the original,
// which takes seconds and fractions of both times apart.
func TestLimitsAreAges(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200_000 {
		timeout := []time.Duration{1e8, 1e10, 12e10, 182e9, 61e10}[r.IntN(5)]
		edge := limit(timeout, 0)
		last := r.Int64N(4e18)
		now := last + int64(edge) + r.Int64N(7) - 3
		age := float32(float64(float32(now/1e9-last/1e9)) + float64(now%1e9-last%1e9)/1e9)
		if want := age >= float32(timeout.Seconds()); over(now, last, edge) != want {
			t.Fatalf("from %d to %d: %v is over %v, want %v", last, now, timeout, !want, want)
		}
	}
}

// TestOver: no time overflows, and none that runs backwards ends anything.
func TestOver(t *testing.T) {
	const first, last = -1 << 63, 1<<63 - 1
	if !over(last, first, 1) || over(first, last, 0) || over(0, 1, 0) || !over(1, 1, 0) {
		t.Error("over")
	}
}

// FuzzPlain: the short way through a frame finds what the long one does.
func FuzzPlain(f *testing.F) {
	frame := []byte("\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01\x08\x00\x45\x00\x00\x28\x00\x01\x40\x00\x40\x06\x00\x00" +
		"\x0a\x00\x00\x01\x0a\x00\x00\x02\x9c\x40\x00\x50\x00\x00\x00\x01\x00\x00\x00\x02\x50\x12\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	for i := 12; i < len(frame); i++ {
		odd := append([]byte{}, frame...)
		odd[i] ^= 0xff
		f.Add(odd, uint16(0))
		f.Add(frame[:i], uint16(9))
	}
	f.Add(frame, uint16(0))
	f.Fuzz(func(t *testing.T, data []byte, missing uint16) {
		var short facts
		if !short.plain(data) {
			return
		}
		var long walk
		frame := packet.Frame{Data: data, WireLen: uint32(len(data)) + uint32(missing), Link: packet.LinkEthernet}
		if !long.any(&frame) || !reflect.DeepEqual(short, long.x) {
			t.Fatalf("short way\n%+v, long way\n%+v", short, long.x)
		}
	})
}

// TestRecall: the first SYN leaves what it does when it is observed, and has no flags.
func TestRecall(t *testing.T) {
	limits := DefaultLimits
	s := tcp.Segment{At: 77, Seq: 99, Flags: tcp.SYN}
	var observed, recalled Pair
	recalled.Recall(&s)
	if f := observed.Observe(&s, &limits); f != 0 || observed != recalled {
		t.Errorf("%v, %+v, not %+v", f, recalled, observed)
	}
}
