//go:build linux

package traffic

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	floods "onpath/internal/flood"
	"onpath/internal/genload"
	"onpath/internal/inject"
	"onpath/internal/netns"
)

// rateVariable runs TestRate, which takes all processors for some minutes.
const rateVariable = "ONPATH_RATE"

// steady is for how long a rate must be held.
const steady = 10 * time.Second

// A reader is a program that captures from down0.
type reader struct {
	name string
	args []string
}

// TestRate looks for the highest rate that tcpdump -w /dev/null and onpath live hold
// without a loss: of conversations, which come with other addresses again and again, and
// of SYNs from random sources.
func TestRate(t *testing.T) {
	if os.Getenv(rateVariable) == "" {
		t.Skip("measures for minutes: ", rateVariable, "=1 runs it, or make live-rate")
	}
	g := netns.NewGateway(t, "", "tcpdump")
	readers := []reader{
		{"tcpdump", []string{"tcpdump", "-i", "down0", "-w", "/dev/null", "-Z", "root", "-B", "65536"}},
		{"onpath", []string{command(t), "live", "-i", "down0", "-o", "jsonl=/dev/null"}},
	}
	for _, load := range []struct {
		name   string
		frames [][]byte
		keep   netip.Addr
	}{
		{"mix", conversations(t), netip.Addr{}},
		{"flood", syns(100_000), netip.MustParseAddr(floods.Server)},
	} {
		s := &sender{t: t, g: g, load: load.name}
		within(t, g, "R", func() { s.open(load.frames, load.keep) })
		s.climb(readers)
	}
}

// conversations are the TCP of genload's mix over plain IPv4: 3,000 that open, talk and
// close, 600 of them at once.
func conversations(t *testing.T) (all [][]byte) {
	t.Helper()
	mix, ok := genload.Find("mix")
	if !ok {
		t.Fatal("no load mix")
	}
	mix.Other, mix.V6, mix.Wrapped = 0, 0, 0
	var capture bytes.Buffer
	if _, err := genload.Write(&capture, mix.Scale(0.03), genload.Options{}); err != nil {
		t.Fatal(err)
	}
	for b := capture.Bytes()[24:]; len(b) > 16; { // classic pcap
		n := 16 + int(binary.LittleEndian.Uint32(b[8:]))
		all, b = append(all, b[16:n]), b[n:]
	}
	return all
}

// syns are SYNs of random sources to one server.
func syns(n int) (all [][]byte) {
	for _, k := range floods.Kinds() {
		if k.Name == "syn" {
			for f := floods.New(k, 1); len(all) < n; {
				all = append(all, bytes.Clone(f.Next()))
			}
		}
	}
	return all
}

// A sender injects one load into down0.
type sender struct {
	t    *testing.T
	g    *netns.Gateway
	load string
	*inject.Injector
}

func (s *sender) open(frames [][]byte, keep netip.Addr) {
	var err error
	if s.Injector, err = inject.New("down0", frames, keep); err == nil {
		err = s.Send(1)
	}
	switch {
	case errors.Is(err, inject.ErrNotSupported):
		s.t.Skip(err)
	case err != nil:
		s.t.Fatal(err)
	}
	s.t.Cleanup(s.Close)
}

// climb asks the readers in turns to hold higher and higher rates, until each has lost
// something, or has left the sender no time for more.
func (s *sender) climb(readers []reader) {
	best, ends := make([]float64, len(readers)), make([]string, len(readers))
	for rate := 200_000.0; rate < 4e6; rate *= 1.25 {
		for i, r := range readers {
			if ends[i] == "" {
				var held float64
				held, ends[i] = s.hold(rate, r)
				best[i] = max(best[i], held)
			}
		}
	}
	for i, r := range readers {
		s.t.Logf("%-5s %-7s holds %9.0f packets/s%s", s.load, r.name, best[i], ends[i])
	}
}

// hold asks a reader to hold a rate, in the second of two tries at the latest. It returns
// the highest that it held, and what was in the way if that is another one.
func (s *sender) hold(rate float64, r reader) (held float64, why string) {
	for range 2 {
		reached, lost := s.measure(uint64(rate), r)
		why = "; of more it lost some"
		if lost == 0 {
			held, why = max(held, reached), "; no more could be sent beside it"
		}
		if lost == 0 && reached > 0.9*rate {
			return held, ""
		}
	}
	return held, why
}

// measure sends at a rate while a reader is at work, and returns which rate was reached
// and how many the reader has lost.
func (s *sender) measure(rate uint64, r reader) (reached float64, lost int) {
	s.t.Helper()
	p := s.g.Start("listening on", nil, "R", append([]string{"nice", "-n", "-19"}, r.args...)...) // else what it loses is what others have of the machine
	before, began := s.Sent(), time.Now()
	within(s.t, s.g, "R", func() {
		unix.Setpriority(unix.PRIO_PROCESS, 0, -20) // as interrupts of an interface would, it goes first
		if err := s.Stream(rate, func() bool { return time.Since(began) > steady }); err != nil {
			s.t.Error(err)
		}
	})
	spent, n := time.Since(began), s.Sent()-before
	time.Sleep(500 * time.Millisecond)
	p.Stop()
	reached, lost = float64(n)/spent.Seconds(), dropped(s.t, p.Said())
	user, system := p.ProcessState.UserTime(), p.ProcessState.SystemTime()
	s.t.Logf("%-5s %-7s %9.0f packets/s, %9d lost of %9d, %5d ns of processor time a packet that is left, %d of them in the kernel",
		s.load, r.name, reached, lost, n, uint64(user+system)/max(n-uint64(lost), 1), uint64(system)/max(n-uint64(lost), 1))
	return reached, lost
}

// ofKernel is what readers say of packets that the kernel dropped.
var ofKernel = regexp.MustCompile(`([0-9,]+) (?:packets? )?dropped by (?:the )?kernel`)

func dropped(t *testing.T, said string) int {
	t.Helper()
	m := ofKernel.FindStringSubmatch(said)
	if m == nil {
		t.Fatalf("nothing is said of packets that were dropped:\n%s", said)
	}
	n, err := strconv.Atoi(strings.ReplaceAll(m[1], ",", ""))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
