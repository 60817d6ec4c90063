package filter

import (
	"testing"

	"golang.org/x/net/bpf"

	"onpath/packet"
)

// BenchmarkMatch compares our program for a filter with tcpdump's in our machine, and
// both with ours in x/net's.
func BenchmarkMatch(b *testing.B) {
	frames := newDice(9).frames(packet.LinkEthernet, 1000)
	for _, text := range []string{"tcp port 80", "host 10.1.2.3 and not port 53", "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", "vlan and tcp port 80 or 81"} {
		ours, err := compileFor(text, packet.LinkEthernet)
		if err != nil {
			b.Fatal(err)
		}
		o := newOracle(b)
		theirs, _ := o.program(b, packet.LinkEthernet, text)
		for name, p := range map[string]Program{"ours": ours, "tcpdump's": theirs} {
			b.Run(text+"/"+name, func(b *testing.B) {
				for b.Loop() {
					for _, f := range frames {
						p.Match(f.data, f.wire)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(frames)), "ns/frame")
			})
		}
		instructions, _ := bpf.Disassemble(ours.raw())
		vm, err := bpf.NewVM(instructions)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(text+"/ours in x/net", func(b *testing.B) {
			for b.Loop() {
				for _, f := range frames {
					vm.Run(f.data)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(frames)), "ns/frame")
		})
	}
}

// BenchmarkCompile reads and compiles a filter.
func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := compileFor("tcp port 80 or 443 and not net 10.0.0.0/8", packet.LinkEthernet); err != nil {
			b.Fatal(err)
		}
	}
}
