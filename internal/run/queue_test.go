//go:build linux

package run

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

// queueTo starts a queue to a path.
func queueTo(t *testing.T, path string, r Rotation, said *[]string) *queue {
	t.Helper()
	to, err := openTarget(path, r)
	if err != nil {
		t.Fatal(err)
	}
	q := newQueue("jsonl="+path, to, first, func(s string) { *said = append(*said, s) })
	go q.work()
	return q
}

// number is a row that tells whether it is whole.
func number(n int) []byte { return fmt.Appendf(nil, "<%0100d>\n", n) }

// numbers returns those of the whole rows in files, and complains of all else.
func numbers(t *testing.T, paths ...string) (list []int) {
	t.Helper()
	for _, path := range paths {
		octets, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		for i, line := range strings.SplitAfter(string(octets), "\n") {
			var n int
			switch fmt.Sscanf(line, "<%d>", &n); {
			case i == 0 && line == "head\n", line == "":
			case line != string(number(n)):
				t.Errorf("%s: line %d: %q", path, i, line)
			default:
				list = append(list, n)
			}
		}
	}
	return list
}

// TestRotationByTime: files end at multiples of the time, though nothing is written then;
// where nothing came there is no file.
func TestRotationByTime(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) { // it begins at midnight UTC, on 2000-01-01
		dir := t.TempDir()
		var said []string
		q := queueTo(t, filepath.Join(dir, "rows.tsv"), Rotation{Every: time.Hour}, &said)
		q.Write([]byte("head\n"))
		at := func(minutes int, lines ...int) {
			time.Sleep(time.Until(time.Date(2000, 1, 1, 0, minutes, 0, 0, time.UTC)))
			for _, n := range lines {
				q.Write(number(n))
			}
			q.flush()
			synctest.Wait()
		}
		want := func(names ...string) {
			t.Helper()
			if got := namesIn(t, dir); !slices.Equal(got, names) {
				t.Errorf("there are %q, want %q", got, names)
			}
		}
		at(10, 1, 2)
		want("rows-20000101T000000Z.tsv.part")
		at(60)
		want("rows-20000101T000000Z.tsv")
		at(185, 3) // nothing came for two hours
		want("rows-20000101T000000Z.tsv", "rows-20000101T030500Z.tsv.part")
		at(239, 4)
		at(240, 5)
		want("rows-20000101T000000Z.tsv", "rows-20000101T030500Z.tsv", "rows-20000101T040000Z.tsv.part")
		q.reopen()
		at(241, 6)
		want("rows-20000101T000000Z.tsv", "rows-20000101T030500Z.tsv", "rows-20000101T040000Z.tsv", "rows-20000101T040100Z.tsv.part")
		if !q.finish() || len(said) > 0 || q.missing() != (volume{}) {
			t.Error(said, q.missing())
		}
		want("rows-20000101T000000Z.tsv", "rows-20000101T030500Z.tsv", "rows-20000101T040000Z.tsv", "rows-20000101T040100Z.tsv")
		for i, want := range [][]int{{1, 2}, {3, 4}, {5}, {6}} {
			path := filepath.Join(dir, namesIn(t, dir)[i])
			if got := numbers(t, path); !slices.Equal(got, want) {
				t.Errorf("%s: %d, want %d", path, got, want)
			}
			if octets, _ := os.ReadFile(path); !strings.HasPrefix(string(octets), "head\n") {
				t.Errorf("%s has no head", path)
			}
		}
	})
}

func namesIn(t *testing.T, dir string) (names []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestRotationBySize: no file is larger than it may be, but for one long row; all rows are
// there, and files of one second have different names.
func TestRotationBySize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		var said []string
		q := queueTo(t, filepath.Join(dir, "rows"), Rotation{Size: 1000}, &said)
		q.Write([]byte("head\n"))
		for n := range 5000 {
			q.Write(number(n))
		}
		long := []byte(strings.Repeat("x", 3000) + "\n")
		q.Write(long)
		q.Write(number(5000))
		if !q.finish() {
			t.Fatal("it hangs")
		}
		names := namesIn(t, dir)
		if len(names) != 5000/9+3 { // 9 rows of 103 octets and the head have room
			t.Errorf("%d files", len(names))
		}
		rows := 0
		for _, name := range names {
			octets, _ := os.ReadFile(filepath.Join(dir, name))
			lines := strings.Count(string(octets), "\n") - 1
			if rows += lines; len(octets) > 1000 && lines != 1 || lines == 0 || strings.HasSuffix(name, partSuffix) {
				t.Errorf("%s: %d octets, %d rows", name, len(octets), lines)
			}
		}
		if rows != 5002 {
			t.Errorf("%d rows", rows)
		}
	})
}

// TestClockSet: a file whose time has not come yet, as the clock was set back, ends.
func TestClockSet(t *testing.T) {
	to, err := openTarget(filepath.Join(t.TempDir(), "rows"), Rotation{Every: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer to.finish()
	next := time.Now().Truncate(time.Hour).Add(time.Hour)
	for due, want := range map[time.Time]bool{next: false, next.Add(time.Hour): true, next.Add(-time.Hour): true, {}: false} {
		if to.due = due; to.isDue() != want {
			t.Errorf("until %v: %v", due, !want)
		}
	}
}

// TestNothingCame: what was opened for nothing goes away.
func TestNothingCame(t *testing.T) {
	dir := t.TempDir()
	var said []string
	q := queueTo(t, filepath.Join(dir, "rows"), Rotation{Every: time.Hour}, &said)
	q.Write([]byte("head\n"))
	q.finish()
	if names := namesIn(t, dir); len(names) > 0 || len(said) > 0 {
		t.Error(names, said)
	}
}

// TestStampTaken: no file is overwritten, finished or not.
func TestStampTaken(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 11, 21, 19, 0, 0, 0, time.UTC)
	for _, taken := range []string{"a-20261121T190000Z.jsonl", "a-20261121T190000Z-2.jsonl.part"} {
		os.WriteFile(filepath.Join(dir, taken), nil, 0o666)
	}
	f, name, err := createPart(filepath.Join(dir, "a.jsonl"), now)
	if err != nil || filepath.Base(name) != "a-20261121T190000Z-3.jsonl" {
		t.Fatal(name, err)
	}
	f.Close()
	if _, err := openTarget(os.DevNull, Rotation{Size: 1}); err == nil {
		t.Error("rotates a device")
	}
	if _, err := openTarget(filepath.Join(dir, "none", "a"), Rotation{Size: 1}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// TestReopen: behind a SIGHUP rows are in a new file of the name, if the old one was
// renamed; else they follow in the old one, with one head.
func TestReopen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		path, old := filepath.Join(dir, "rows"), filepath.Join(dir, "rows.1")
		var said []string
		q := queueTo(t, path, Rotation{}, &said)
		q.Write([]byte("head\n"))
		write := func(n int) {
			q.Write(number(n))
			q.flush()
			synctest.Wait()
		}
		reopen := func() {
			q.reopen()
			synctest.Wait()
		}
		write(1)
		os.Rename(path, old)
		write(2)
		reopen()
		write(3)
		reopen() // nobody renamed it
		write(4)
		os.Truncate(path, int64(len("head\n")+len(number(3)))) // as logrotate's copytruncate does: it leaves no hole
		write(5)
		q.finish()
		if got := numbers(t, old); !slices.Equal(got, []int{1, 2}) {
			t.Errorf("old: %d", got)
		}
		if got := numbers(t, path); !slices.Equal(got, []int{3, 5}) || len(said) > 0 {
			t.Errorf("new: %d, said %q", got, said)
		}
		if octets, _ := os.ReadFile(path); strings.Count(string(octets), "head") != 1 {
			t.Error(string(octets))
		}
	})
}

// smallDisk mounts a file system of that many octets.
func smallDisk(t *testing.T, octets int) (dir string) {
	t.Helper()
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("needs root on Linux, to mount a small tmpfs")
	}
	dir = t.TempDir()
	mountSmall(t, dir, octets)
	return dir
}

// TestFullDiskRecovers: what finds no room waits, then is lost whole and counted; when
// there is room again, rows are written again, and none is cut.
func TestFullDiskRecovers(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, r := range []Rotation{{}, {Size: 1 << 20}} {
		dir := smallDisk(t, 30<<20+1000)
		filler := filepath.Join(dir, "filler")
		os.WriteFile(filler, make([]byte, 28<<20), 0o666)
		var said []string
		q := queueTo(t, filepath.Join(dir, "rows"), r, &said)
		q.Write([]byte("head\n"))
		rows := 0
		for ; rows < 250_000; rows++ { // 25 MB: 2 MiB are written, 16 wait
			q.Write(number(rows))
		}
		q.flush()
		if text := strings.Join(said, "\n"); !strings.Contains(text, "no space left on device") || !strings.Contains(text, "rows are lost from here on") || !q.losing {
			t.Errorf("said %q", said)
		}
		numbers(t, files(t, dir)...) // all are whole now, too
		os.Remove(filler)
		for ; q.losing && rows < 251_000; rows++ {
			time.Sleep(10 * time.Millisecond)
			q.Write(number(rows))
			q.flush()
		}
		if text := strings.Join(said, "\n"); !q.finish() || q.losing || !strings.Contains(text, "there is room again") || !strings.Contains(text, "is written again, ") {
			t.Errorf("hangs, or still loses: %q", said)
		}
		came, m := numbers(t, files(t, dir)...), q.missing()
		if m.rows == 0 || m != q.lost || m.octets != m.rows*uint64(len(number(0))) || len(came)+int(m.rows) != rows {
			t.Errorf("%d came, missing %v of %v", len(came), m, q.offered)
		}
		if !r.Rotates() && !slices.IsSorted(came) {
			t.Error("not in order")
		}
	}
}

// files are those with rows.
func files(t *testing.T, dir string) (paths []string) {
	for _, name := range namesIn(t, dir) {
		if strings.HasPrefix(name, "rows") {
			paths = append(paths, filepath.Join(dir, name))
		}
	}
	return paths
}

// TestBlockedPipe: a pipe that nobody reads costs rows, not time; when it is read again
// rows go on, and the counts are right.
func TestBlockedPipe(t *testing.T) {
	defer goleak.VerifyNone(t)
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip("no named pipes here: ", err)
	}
	reader, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	q := queueTo(t, path, Rotation{}, &said)
	began, rows := time.Now(), 0
	for ; rows < 400_000; rows++ { // 41 MB
		q.Write(number(rows))
	}
	q.flush()
	if spent := time.Since(began); !q.losing || len(said) != 1 || q.waited > 2*hesitation {
		t.Errorf("%v, waited %v, said %q", spent, q.waited, said)
	}
	got := make(chan uint64)
	go func() {
		var n, last uint64
		for in := bufio.NewReader(reader); ; n++ {
			line, err := in.ReadString('\n')
			if line == "end\n" || err != nil {
				got <- n
				return
			}
			var number uint64
			if fmt.Sscanf(line, "<%d>\n", &number); len(line) != 103 || number < last {
				t.Errorf("%q", line)
			}
			last = number
		}
	}()
	for ; q.losing; rows++ {
		time.Sleep(time.Millisecond)
		q.Write(number(rows))
	}
	q.Write([]byte("end\n"))
	if !q.finish() {
		t.Error("it hangs")
	}
	if n, m := <-got, q.missing(); n+m.rows != uint64(rows) || m.rows == 0 || len(said) != 2 {
		t.Errorf("%d came, %v missing of %d, said %q", n, m, rows, said)
	}
	reader.Close()
}

// TestSlowReaderAtTheEnd: when no packets come any more, rows wait for a pipe that is read
// slowly; the loss of before has ended.
func TestSlowReaderAtTheEnd(t *testing.T) {
	defer goleak.VerifyNone(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	q := newQueue("a pipe", standard(w), nil, func(string) {})
	go q.work()
	for n := range 200_000 {
		q.Write(number(n))
	}
	if q.lost.rows == 0 {
		t.Fatal("nothing was lost")
	}
	q.ending, q.losing = true, false
	got := make(chan int)
	go func() {
		octets, sum := make([]byte, 256<<10), 0
		for {
			n, err := r.Read(octets)
			if sum += n; err != nil {
				got <- sum
				return
			}
			time.Sleep(100 * time.Microsecond)
		}
	}()
	before := q.lost
	for n := range 100_000 {
		q.Write(number(n))
	}
	if !q.finish() || q.lost != before || q.missing() != before {
		t.Errorf("lost %v, and before %v", q.missing(), before)
	}
	w.Close()
	if n := <-got; uint64(n)+before.octets != q.offered.octets {
		t.Errorf("%d octets came", n)
	}
	r.Close()
}

// TestGivenUp: an output that takes nothing at the end is given up after a while, and what
// was in it is counted; the reader of a pipe sees whole rows.
func TestGivenUp(t *testing.T) {
	defer goleak.VerifyNone(t)
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip("no named pipes here: ", err)
	}
	reader, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	var said []string
	q := queueTo(t, path, Rotation{}, &said)
	for n := range 1000 {
		q.Write(number(n))
	}
	q.ending = true
	if began := time.Now(); !q.finish() || time.Since(began) < endurance {
		t.Errorf("after %v", time.Since(began))
	}
	m := q.missing()
	octets := make([]byte, 1<<20)
	n, _ := reader.Read(octets)
	if m.rows == 0 || n%103 != 0 || uint64(n/103)+m.rows != 1000 || octets[n-1] != '\n' {
		t.Errorf("%d octets, missing %v", n, m)
	}
}

// TestReaderGone: who closes a pipe wants no more.
func TestReaderGone(t *testing.T) {
	defer goleak.VerifyNone(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	q := newQueue("a pipe", standard(w), nil, func(string) {})
	go q.work()
	q.Write(number(1))
	for range 500 {
		if err = q.flush(); err != nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if _, late := q.Write(number(2)); err != syscall.EPIPE || late != syscall.EPIPE {
		t.Error(err, late)
	}
	if q.finish(); q.missing() != (volume{}) {
		t.Error(q.missing())
	}
}
