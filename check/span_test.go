package check

import (
	"math"
	"testing"
	"time"
)

func TestAppendSpan(t *testing.T) {
	for _, tt := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0 µs"}, {1, "0.001 µs"}, {835 * time.Microsecond, "835 µs"}, {411_095_655, "411 ms"}, {21_149_000, "21.1 ms"},
		{999_499, "999 µs"}, {999_500, "1 ms"}, {999_499_999, "999 ms"}, {999_500_000, "1 s"}, {3_421_000_000, "3.42 s"},
		{59_949_999_999, "59.9 s"}, {59_950_000_000, "1m00s"}, {90 * time.Second, "1m30s"}, {time.Hour - 1, "1h00m"},
		{62*time.Minute + 29*time.Second, "1h02m"}, {day - 1, "1d00h"}, {76 * time.Hour, "3d04h"}, {-1500 * time.Microsecond, "-1.5 ms"},
		{-90 * time.Second, "-1m30s"}, {math.MaxInt64, "106752d00h"}, {math.MinInt64, "-106752d00h"},
	} {
		if got := string(AppendSpan(nil, int64(tt.d))); got != tt.want {
			t.Errorf("%d ns: %s, want %s", tt.d, got, tt.want)
		}
	}
}
