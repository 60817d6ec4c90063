package record

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"testing"
	"time"
)

func TestAppendTimeAgreesWithPackageTime(t *testing.T) {
	check := func(ns int64) {
		at := time.Unix(0, ns).UTC()
		if got, want := string(AppendTime(nil, ns)), at.Format("2006-01-02T15:04:05.000000000Z"); got != want {
			t.Fatalf("%d: %s, want %s", ns, got, want)
		}
		if got, want := string(AppendClock(nil, ns, 6)), at.Format("15:04:05.000000"); got != want {
			t.Fatalf("%d: %s, want %s", ns, got, want)
		}
	}
	for _, ns := range []int64{0, -1, 1, 951782399999999999, 951782400000000000, 951868800000000000, 4107542400000000000, 1<<63 - 1, -1 << 63} {
		check(ns)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		check(int64(r.Uint64()))
	}
	for d := range int64(400 * 366) { // every day from 1970 on that int64 holds
		if d <= (1<<63-1)/day {
			check(d * day)
		}
	}
}

func TestAppendUint(t *testing.T) {
	for n := range uint64(20000) {
		if got, want := string(appendUint(nil, n)), strconv.FormatUint(n, 10); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 20000 {
		n := r.Uint64() >> r.UintN(64)
		for _, n := range [...]uint64{n, n / 1e4 * 1e4, n - 1, 1<<64 - 1, 1e8 - 1, 1e8, 1e12 - 1, 1e12} {
			if got, want := string(appendUint(nil, n)), strconv.FormatUint(n, 10); got != want {
				t.Fatalf("%s, want %s", got, want)
			}
		}
	}
}

func TestAppendAddr(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], r.Uint32()>>r.IntN(32))
		a := netip.AddrFrom4(b)
		if got := string(appendAddr(nil, a)); got != a.String() {
			t.Fatalf("%s, want %v", got, a)
		}
	}
	if a := netip.MustParseAddr("2001:db8::1"); string(appendAddr(nil, a)) != a.String() {
		t.Error(a)
	}
}

func TestAppendSeconds(t *testing.T) {
	for ns, want := range map[int64]string{
		0: "0", 1: "0.000000001", 1000: "0.000001", 1999999999: "1.999999999", 123456000: "0.123456", -1 << 63: "-9223372036.854775808", 211484000: "0.211484", 1e9: "1", 60*1e9 + 5e8: "60.5", -1500000: "-0.0015", 10: "0.00000001",
	} {
		if got := string(AppendSeconds(nil, ns)); got != want {
			t.Errorf("%d: %s, want %s", ns, got, want)
		}
	}
}

func TestAppendSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0µs", 835 * time.Microsecond: "835µs", 211484 * time.Microsecond: "211ms", 3489 * time.Millisecond: "3.4s",
		59900 * time.Millisecond: "59.9s", 123 * time.Second: "2m03s", 62 * time.Minute: "1h02m", 76 * time.Hour: "3d04h", 1<<63 - 1: "106751d23h",
	} {
		if got := string(appendSpan(nil, int64(d))); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

func TestAppendCount(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "0", 999: "999", 1000: "1.00k", 1024: "1.02k", 9994: "9.99k", 9995: "10.0k", 99949: "99.9k", 99950: "100k",
		999499: "999k", 999500: "1.00M", 1 << 40: "1.10T", 1<<64 - 1: "18.4E",
	} {
		if got := string(appendCount(nil, n)); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestOverviewRoom(t *testing.T) {
	if got, want := len(OverviewRoom()), len(Overview()); got != want {
		t.Errorf("room for %d columns of %d", got, want)
	}
}
