package text

import "onpath/packet"

// AppendTCP appends.
func AppendTCP(line []byte, v *packet.View) []byte { return appendTCP(line, v) }
