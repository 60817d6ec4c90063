package table_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"onpath/record"
	"onpath/sink/table"
)

type row struct {
	n    uint64
	name string
	size string
}

var columns = []record.Shown[row]{
	{Head: "#", Right: true, Append: func(dst []byte, r *row) []byte { return fmt.Append(dst, r.n) }},
	{Head: "NAME", Cut: true, Append: func(dst []byte, r *row) []byte { return append(dst, r.name...) }},
	{Head: "", Append: func(dst []byte, r *row) []byte { return append(dst, "→"...) }},
	{Head: "SIZE", Rank: 1, Append: func(dst []byte, r *row) []byte { return append(dst, r.size...) }},
	{Head: "NOTE", Rank: 2, Append: func(dst []byte, r *row) []byte { return append(dst, "yes"...) }},
}

var rows = []row{{12, "192.0.2.10:80", "3µs"}, {3, "[2001:db8:1234:5678::9abc]:40000", "12"}, {1, "", ""}}

func write(c table.Config) string {
	var b strings.Builder
	w := table.New(&b, c, columns, func(r *row) uint64 { return r.n })
	for i := range rows {
		w.Write(&rows[i])
	}
	w.End()
	return b.String()
}

func Example() {
	w := table.New(os.Stdout, table.Config{}, columns, func(r *row) uint64 { return r.n })
	for i := range rows {
		w.Write(&rows[i])
	}
	w.End()
	// Output:
	//  #  NAME                                 SIZE  NOTE
	//  1                                    →        yes
	//  3  [2001:db8:1234:5678::9abc]:40000  →  12    yes
	// 12  192.0.2.10:80                     →  3µs   yes
}

// What fits stays; then columns leave by rank; then names lose their middle.
func TestFit(t *testing.T) {
	for width, want := range map[int]string{
		52: " #  NAME                                 SIZE  NOTE",
		51: " #  NAME                                 SIZE  NOTE",
		50: " #  NAME                                 SIZE",
		44: " #  NAME",
		30: " #  NAME",
		5:  " #  NAME",
	} {
		out := write(table.Config{Width: width})
		if head, _, _ := strings.Cut(out, "\n"); head != want {
			t.Errorf("width %d: %q, want %q", width, head, want)
		}
		for line := range strings.Lines(out) {
			if n := len([]rune(line)) - 1; n > max(width, 22) {
				t.Errorf("width %d: %d characters: %q", width, n, line)
			}
		}
	}
	if out := write(table.Config{Width: 30}); !strings.Contains(out, "[2001:db8:1…9abc]:40000") {
		t.Errorf("not cut in the middle:\n%s", out)
	}
}

func TestASCII(t *testing.T) {
	out := write(table.Config{ASCII: true, Width: 30})
	for _, c := range out {
		if c > '~' {
			t.Fatalf("%q in\n%s", c, out)
		}
	}
	if !strings.Contains(out, "~") || !strings.Contains(out, ">") {
		t.Errorf("no ASCII signs:\n%s", out)
	}
}

// Rows beyond Hold follow as they come, in the widths found until then.
func TestStreamsBeyondHold(t *testing.T) {
	out := write(table.Config{Hold: 2})
	var order []string
	for line := range strings.Lines(out) {
		order = append(order, strings.Fields(line)[0])
	}
	if got := strings.Join(order, " "); got != "# 3 12 1" {
		t.Errorf("order %s:\n%s", got, out)
	}
}

// Room is there before a row needs it.
func TestRoom(t *testing.T) {
	plain, roomy := write(table.Config{Hold: 1}), write(table.Config{Hold: 1, Room: []int{9}})
	first, want, _ := strings.Cut(roomy, "\n")
	if len(first) <= len(plain[:strings.Index(plain, "\n")]) || !strings.Contains(want, "        3 ") {
		t.Errorf("%s\n%s", plain, roomy)
	}
}

func TestNoRowsWriteNothing(t *testing.T) {
	var b strings.Builder
	table.New(&b, table.Config{}, columns, func(r *row) uint64 { return r.n }).End()
	if b.String() != "" {
		t.Errorf("%q", b.String())
	}
}
