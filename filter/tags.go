package filter

// vlan tests for a tag, and moves the headers behind it. A tag that the kernel has taken
// off is none that they have to move for.
func (g *generator) vlan(t token, id uint32, any bool) *formula {
	switch {
	case g.labels > 0:
		return g.fail(t, "there are no VLANs behind mpls")
	case g.kind != kindEthernet:
		return g.fail(t, "there are no VLANs in frames of %s", g.name)
	case g.bare:
		g.bare = false
		if any {
			return always
		}
		return masked(adTag, 2, 0xfff, id)
	}
	tag := or(equal(g.typ, 2, typeVLAN), equal(g.typ, 2, typeQinQ), equal(g.typ, 2, typeQinQ9))
	if !any {
		tag = and(tag, masked(g.net, 2, 0xfff, id))
	}
	g.typ, g.net = g.typ+4, g.net+4
	return tag
}

// mpls tests for a label, or for one more, and moves the network header behind it.
func (g *generator) mpls(t token, label uint32, any bool) *formula {
	var f *formula
	switch {
	case g.labels > 0:
		f = g.bottom(0)
	case g.kind == kindPPP:
		f = equal(g.typ, 2, pppMPLS)
	case g.kind == kindEthernet || g.kind == kindTyped || g.kind == kindSNAP:
		f = equal(g.typ, 2, typeMPLS)
	default:
		return g.fail(t, "there is no MPLS in frames of %s", g.name)
	}
	if !any {
		f = and(f, masked(g.net, 4, 0xfffff000, label<<12))
	}
	g.labels++
	g.net += 4
	return f
}

// pppoes tests for a session of PPPoE, and goes on behind it with PPP (RFC 2516 §4).
func (g *generator) pppoes(t token, session uint32, any bool) *formula {
	f := g.carries(t, typePPPoES)
	if !any {
		f = and(f, masked(g.net, 4, 0xffff, session))
	}
	g.kind, g.name = kindPPP, "PPP"
	g.link, g.typ, g.net = g.net+6, g.net+6, g.net+8
	return f
}

// outbound tests who sent the frame, where that is told.
func (g *generator) outbound(t token, out bool) *formula {
	var f *formula
	switch {
	case g.live:
		f = equal(adPacketType, 2, outgoing)
	case g.kind == kindSLL:
		f = equal(0, 2, outgoing)
	case g.way > 0:
		f = equal(g.way, 1, outgoing)
	default:
		return g.fail(t, "captures of %s do not tell the direction", g.name)
	}
	if out {
		return f
	}
	return not(f)
}
