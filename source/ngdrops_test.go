package source

import "testing"

// What was dropped is counted once, though packets and statistics both tell of it,
// and statistics again and again.
func TestNGDrops(t *testing.T) {
	for _, o := range []order{le, be} {
		count := func(code uint16, n uint64) []byte { return o.option(code, o.AppendUint64(nil, n)...) }
		stats := func(id uint32, options ...[]byte) []byte {
			return o.block(blockStats, o.words(nil, id, 0, 0), join(options...))
		}
		start := join(o.section(), o.iface(1, 0), o.iface(1, 0))
		for _, tt := range []struct {
			name string
			file []byte
			want uint64
		}{
			{"nothing is said", o.enhanced(0, 1, 60, small), 0},
			{"packets say it", join(o.enhanced(0, 1, 60, small, count(4, 3)), o.enhanced(0, 1, 60, small, count(4, 2))), 5},
			{"statistics say it", stats(0, count(5, 3), count(7, 4)), 7},
			{"statistics say it again", join(stats(0, count(5, 3)), stats(0, count(5, 8))), 8},
			{"both say it", join(o.enhanced(0, 1, 60, small, count(4, 3)), stats(0, count(5, 9))), 9},
			{"both say it, packets of more", join(stats(0, count(5, 2)), o.enhanced(0, 1, 60, small, count(4, 3))), 3},
			{"of two interfaces", join(stats(0, count(5, 3)), stats(1, count(5, 8))), 11},
			{"in two sections", join(stats(0, count(5, 3)), start, stats(0, count(5, 3))), 6},
			{"unknown", stats(0, count(5, 1<<64-1)), 0},
			{"of no interface", stats(2, count(5, 3)), 0},
			{"another option", stats(0, count(4, 3)), 0},
			{"a short option", stats(0, o.option(5, 1, 2, 3, 4)), 0},
			{"a short block", o.block(blockStats, o.words(nil, 0)), 0},
		} {
			if _, h := read(t, join(start, tt.file)); h.Dropped != tt.want || h.Damaged != 0 {
				t.Errorf("%s: %d, want %d; %v", tt.name, h.Dropped, tt.want, h.Damages)
			}
		}
	}
}
