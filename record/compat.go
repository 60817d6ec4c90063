package record

import (
	"strconv"

	"onpath/tcp"
)

func (r *Record) appendTCPStates(dst []byte, end tcp.Dir) []byte {
	if !r.IsTCP() {
		return dst
	}
	return r.Side[end].TCPStates.Append(dst)
}

func appendTCPStates(dst []byte, p *Packet) []byte {
	if !p.View.IsTCP() {
		return dst
	}
	return p.TCPStates.Append(dst)
}

func (r *Record) appendSynFlags(dst []byte, rev bool) []byte {
	f, ok := r.TCPChain.SynFlags(rev)
	if !ok {
		return dst
	}
	return appendUint(dst, uint64(f))
}

func (r *Record) appendChain(dst []byte, value bool) []byte {
	if !r.IsTCP() {
		return dst
	}
	return strconv.AppendBool(dst, value)
}
