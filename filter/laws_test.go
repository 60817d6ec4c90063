package filter

import (
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"onpath/packet"
)

// all are the filters of the tables that have a program for Ethernet.
func all(t testing.TB) (list []Program) {
	for _, name := range []string{"selects.txt", "links.txt"} {
		for _, text := range lines(t, name) {
			if p, err := compileFor(text, packet.LinkEthernet); err == nil {
				list = append(list, p)
			}
		}
	}
	return list
}

// raw returns the program as x/net has it.
func (p Program) raw() (list []bpf.RawInstruction) {
	for _, i := range p {
		list = append(list, bpf.RawInstruction{Op: i.Op, Jt: i.Jt, Jf: i.Jf, K: i.K})
	}
	return list
}

// TestMatchAsAnotherMachine: x/net's machine comes to the same answers, where it knows
// the length on the wire: it has none but the captured one.
func TestMatchAsAnotherMachine(t *testing.T) {
	frames := newDice(3).frames(packet.LinkEthernet, 300)
	for _, p := range all(t) {
		instructions, ok := bpf.Disassemble(p.raw())
		if !ok {
			t.Fatalf("x/net does not know an instruction of %v", p)
		}
		vm, err := bpf.NewVM(instructions)
		if err != nil {
			t.Fatalf("%v: %v", p, err)
		}
		for _, f := range frames {
			n, err := vm.Run(f.data)
			if is := p.Match(f.data, uint32(len(f.data))); err != nil || is != (n > 0) {
				t.Fatalf("%v: % x: we say %v, x/net %d %v", p, f.data, is, n, err)
			}
		}
	}
}

// TestShortenedIsTheSame: what the facts leave out changes no answer.
func TestShortenedIsTheSame(t *testing.T) {
	frames := newDice(4).frames(packet.LinkEthernet, 1000)
	d := newDice(5)
	for range 300 {
		f, err := Parse(d.filter(4))
		if err != nil {
			continue
		}
		p, err := f.Compile(packet.LinkEthernet)
		if err != nil {
			continue
		}
		l, _ := layoutOf(packet.LinkEthernet)
		g := newGraph()
		plain := g.write(g.decide(f.cond(&generator{layout: l}), accept, reject))
		for _, x := range frames {
			if p.Match(x.data, x.wire) != plain.Match(x.data, x.wire) {
				t.Fatalf("%q: % x: %v", f, x.data, plain.Match(x.data, x.wire))
			}
		}
	}
}

// TestLongWays: programs whose jumps are too long for one octet select the same as
// tcpdump's; longer ones than the kernel takes are refused.
func TestLongWays(t *testing.T) {
	o := newOracle(t)
	frames := newDice(6).frames(packet.LinkEthernet, 2000)
	for _, text := range []string{
		"port 1" + repeat(" or %", 2, 90),
		"not (host 1.1.1.1" + repeat(" or 1.1.1.%", 2, 90) + ") and tcp",
		"(tcp or udp) and (port 1" + repeat(" or %", 2, 70) + ") or icmp and net 10",
		"len = 1" + repeat(" or len = %", 2, 400),
		"ip[8] != 1" + repeat(" and ip[8] != %", 2, 250) + " or arp",
	} {
		o.compare(t, packet.LinkEthernet, text, frames)
	}
	_, err := compileFor("ether host 0:0:0:0:0:1"+repeat(" or 0:0:0:0:0:%", 10, 99)+repeat(" or 0:0:0:%:0:0", 10, 99)+repeat(" or 0:0:%:0:0:0", 10, 99)+
		repeat(" or len = %", 1000, 4000), packet.LinkEthernet)
	if err == nil || !strings.Contains(err.Error(), "more than 4096 instructions") {
		t.Errorf("a program that is too long: %v", err)
	}
}

// repeat writes a part once for every number.
func repeat(part string, from, to int) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		b.WriteString(strings.Replace(part, "%", strconv.Itoa(i), 1))
	}
	return b.String()
}

// FuzzCompile: any text compiles or is an error that names a place in it; a program is
// one that every machine takes, and answers.
func FuzzCompile(f *testing.F) {
	for _, name := range []string{"selects.txt", "links.txt", "refused.txt"} {
		for _, text := range lines(f, name) {
			f.Add(text)
		}
	}
	frames := newDice(7).frames(packet.LinkEthernet, 20)
	f.Fuzz(func(t *testing.T, text string) {
		read, err := Parse(text)
		if err != nil {
			at := err.(*Error)
			if at.At > len(text) || !strings.HasPrefix(text[at.At:], at.Word) {
				t.Fatalf("%q: %v does not stand at %d", text, at.Word, at.At)
			}
			return
		}
		for link := range layouts {
			for _, compile := range []func(packet.LinkType) (Program, error){read.Compile, read.CompileLive} {
				p, err := compile(link)
				if err != nil {
					continue
				}
				if err := p.Validate(); err != nil {
					t.Fatalf("%q: %v", text, err)
				}
				for _, x := range frames {
					p.Match(x.data, x.wire)
				}
			}
		}
	})
}

// FuzzMatch: a program that Validate takes comes to an end over any frame.
func FuzzMatch(f *testing.F) {
	p, _ := compileFor("tcp port 80 or len / ip[1] = 2", packet.LinkEthernet)
	var b []byte
	for _, i := range p {
		b = append(b, byte(i.Op>>8), byte(i.Op), i.Jt, i.Jf, byte(i.K>>24), byte(i.K>>16), byte(i.K>>8), byte(i.K))
	}
	f.Add(b, []byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, b, frame []byte) {
		var p Program
		for ; len(b) >= 8; b = b[8:] {
			p = append(p, Instruction{uint16(b[0])<<8 | uint16(b[1]), b[2], b[3], uint32(b[4])<<24 | uint32(b[5])<<16 | uint32(b[6])<<8 | uint32(b[7])})
		}
		if p.Validate() == nil {
			p.Match(frame, uint32(len(frame)))
		}
	})
}

// TestMatchDoesNotAllocate holds what Match promises.
func TestMatchDoesNotAllocate(t *testing.T) {
	p, _ := compileFor("tcp port 80 and len / ip[1] = 2", packet.LinkEthernet)
	frames := newDice(8).frames(packet.LinkEthernet, 100)
	if n := testing.AllocsPerRun(10, func() {
		for _, f := range frames {
			p.Match(f.data, f.wire)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestRefused: what tcpdump refuses, or would look up, is refused here, with the word
// that is at fault.
func TestRefused(t *testing.T) {
	for _, line := range lines(t, "refused.txt") {
		text, word, _ := strings.Cut(line+" ", " # ")
		_, err := compileFor(strings.TrimSpace(text), packet.LinkEthernet)
		var at *Error
		if e, ok := err.(*Error); ok {
			at = e
		}
		if at == nil || at.Word != strings.TrimSpace(word) {
			t.Errorf("%q: %v; want it to name %q", text, err, word)
		}
	}
}
