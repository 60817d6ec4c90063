package tcpdump_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"onpath/packet"
)

var update = flag.Bool("update", false, "ask tcpdump again, and write testdata")

// through cuts a line behind "length N".
func through(line string) string {
	if i := strings.LastIndex(line, ", length "); i >= 0 && strings.Contains(line, "Flags [") {
		end := i + len(", length ")
		for end < len(line) && line[end] >= '0' && line[end] <= '9' {
			end++
		}
		if !strings.Contains(line[end:], "[RST") && !strings.Contains(line[end:], "[!RST") {
			return line[:end]
		}
	}
	return line
}

// TestCrafted: tcpdump's lines of frames that have everything in them, recorded in
// testdata, so that the test needs no tcpdump.
func TestCrafted(t *testing.T) {
	for _, link := range []packet.LinkType{packet.LinkRaw, packet.LinkEthernet, packet.LinkNull, packet.LinkLoop, packet.LinkPPP, packet.LinkPPPSerial,
		packet.LinkCHDLC, packet.LinkIPv4, packet.LinkLinuxSLL, packet.LinkLinuxSLL2, packet.LinkFDDI, packet.LinkATM, packet.LinkInfiniBand, packet.LinkNFLOG} {
		frames, sets := linkFrames(link), len(flagSets)
		switch link {
		case packet.LinkRaw:
			frames, sets = rawFrames(), 2
		case packet.LinkEthernet:
			frames = ethernetFrames()
		}
		t.Run(link.String(), func(t *testing.T) { checkCrafted(t, link.String(), link, frames, sets) })
	}
	t.Run("radio", func(t *testing.T) { checkCrafted(t, "radio", packet.LinkRadiotap, radios(), 2) })
	t.Run("conversation", func(t *testing.T) { checkCrafted(t, "conversation", packet.LinkRaw, conversation(), len(flagSets)) })
	t.Run("cuts", func(t *testing.T) { checkCrafted(t, "cuts", packet.LinkRaw, cuts(), 1) })
}

func checkCrafted(t *testing.T, name string, link packet.LinkType, frames []crafted, sets int) {
	path := file(t, link, frames)
	for _, set := range flagSets[:sets] {
		golden := fmt.Sprintf("testdata/%s%s.txt", name, strings.ReplaceAll(set.flags, " ", ""))
		if *update {
			lines := theirs(t, path, strings.Fields(set.flags)...)
			if err := os.WriteFile(golden, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		text, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, set.flags, strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"), ours(t, path, set.config))
	}
}

// compare holds lines to tcpdump's, but for those of later versions.
func compare(t *testing.T, flags string, want, got []string) {
	t.Helper()
	if len(want) != len(got) {
		t.Errorf("%s: %d lines, tcpdump has %d", flags, len(got), len(want))
	}
	for i := range min(len(want), len(got)) {
		if w, g := through(want[i]), through(earlier(got[i])); w != g {
			t.Errorf("tcpdump %s, line %d\n%s\n%s, tcpdump", flags, i+1, g, w)
		}
	}
}

// FuzzAppend: no frame makes a line much longer than itself, whatever the flags, nor
// one with control characters but for the ends of lines and tabs that tcpdump has.
func FuzzAppend(f *testing.F) {
	for _, c := range rawFrames()[:200] {
		f.Add(uint16(packet.LinkRaw), uint32(0), byte(3), c.data)
	}
	for _, c := range ethernetFrames() {
		f.Add(uint16(packet.LinkEthernet), uint32(0), byte(1), c.data)
	}
	printers := [9]*printer{}
	for i := range printers {
		printers[i] = newPrinter(flagSets[i].config)
	}
	f.Fuzz(func(t *testing.T, link uint16, wire uint32, flags byte, data []byte) {
		line := printers[flags%9].line(&packet.Frame{Data: data, WireLen: max(wire, uint32(len(data))), Link: packet.LinkType(link)})
		if len(line) > 1000+40*len(data) {
			t.Errorf("%d octets for %d", len(line), len(data))
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r > '~' || r < ' ' && r != '\n' && r != '\t' }) {
			t.Errorf("%q", line)
		}
	})
}

// TestRandomOptions asks tcpdump about option lists made by dice.
func TestRandomOptions(t *testing.T) {
	dice := rand.New(rand.NewPCG(4, 99))
	var frames []crafted
	for range 3000 {
		list := make([]byte, 4*(1+dice.IntN(10)))
		for i := range list {
			list[i] = byte(dice.IntN(256) >> dice.IntN(8))
		}
		for at := 0; at+1 < len(list); at += 2 + dice.IntN(12) {
			o := options[dice.IntN(len(options))]
			copy(list[at:], o[:min(len(o), 1+dice.IntN(len(o)))])
		}
		data := tcp4(segment{flags: uint16(dice.IntN(256)), seq: 1000, ack: 5000, options: list, payload: "abc"[:dice.IntN(4)]})
		frames = append(frames, crafted{"random", data[:len(data)-dice.IntN(12)*dice.IntN(2)], len(data)})
	}
	path := file(t, packet.LinkRaw, frames)
	for _, set := range flagSets[:3] {
		compare(t, set.flags, theirs(t, path, strings.Fields(set.flags)...), ours(t, path, set.config))
	}
}
