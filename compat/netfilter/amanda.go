package netfilter

import "bytes"

// Amanda, the backup system. Watched: in the reply direction the line that begins with
// CONNECT, and in it the words DATA, MESG, INDEX, STATE with a port behind each.
// Expected: TCP from the original sender, any port, to the replying end at each of
// the ports. No address is told. What is expected lives 180 s, and each request
// lets the control connection live for 300 s: answers come late.
//
// Source: measurements of Linux 6.18, which confirm every case of testdata/helpers/amanda.txt.

// amandaWords are in the order in which their connections are announced, whatever
// that in the line is.
var amandaWords = [...]string{"DATA ", "MESG ", "INDEX ", "STATE "}

func readAmanda(p *Payload, _ *Memory, expect func(Expectation) bool) string {
	if p.Dir == Original {
		return ""
	}
	p.Refresh = 5 * minute
	_, line, is := bytes.Cut(p.Data, []byte("CONNECT "))
	end := bytes.IndexByte(line, '\n')
	if !is || end < 0 {
		return ""
	}
	for _, w := range amandaWords {
		_, rest, is := bytes.Cut(line[:end], []byte(w))
		if !is {
			continue
		}
		v, n := decimal(rest[:min(len(rest), 5)])
		if n == 0 || uint16(v) == 0 {
			return ""
		}
		if !expect(p.toSender(protoTCP, uint16(v))) {
			return noExpectation
		}
	}
	return ""
}
