package packet

// Bounds of one walk. maxLayers counts headers of any kind, maxDepth IP headers.
const (
	maxLayers = 64
	maxDepth  = 8
)

// A layer is what a walk expects to find where it stands.
type layer uint8

const (
	end layer = iota // nothing more
	layerEthernet
	layerTyped // an ethertype, and what it names
	layerVLAN
	layerPBB
	layerVNTag
	layerSixOctets // a tag of so many, and an ethertype
	layerMACsec
	layerNSH
	layerLLC
	layerMPLS
	layerPPPoE
	layerHDLC
	layerPPP
	layerCHDLC
	layerFrameRelay
	layerSLL
	layerSLL2
	layerNull
	layerNFLOG
	layerRadiotap
	layerAVS
	layerWiFi
	layerPPI
	layerPKTAP
	layerPFLOG
	layerFDDI
	layerARCnet
	layerARCnetLinux
	layerDSA
	layerEDSA
	layerIPoIB
	layerNotIP
	layerNoData

	layerIP // of either version
	layerIPv4
	layerIPv6
	layerOptions
	layerRouting
	layerFragment
	layerAH
	layerMessage // an extension header that may be the message itself

	layerOther // an IP payload whose header is not read
	layerTCP
	layerUDP
	layerPorts
	layerICMP
	layerGRE
	layerEtherIP
	layerIPinIP
	layerMPLSinIP
	layerL2TPv3

	layerGREinUDP
	layerVXLAN
	layerVXLANGPE
	layerGeneve
	layerGTP
	layerTeredo
	layerL2TP
	layerCAPWAP
	layerAYIYA
	layerLISP
	layerTZSP
)

// run walks until a layer has nothing behind it.
func (w *walk) run(next layer) {
	for range maxLayers {
		if next < layerIP {
			next = w.frameLayer(next)
		} else {
			next = w.packetLayer(next)
		}
		if next == end {
			return
		}
	}
	w.tooDeep()
}

// frameLayer reads one header below IP.
func (w *walk) frameLayer(next layer) layer {
	switch next {
	case layerEthernet:
		return w.ethernet()
	case layerTyped:
		return w.typed(0)
	case layerVLAN:
		return w.vlanTag()
	case layerPBB:
		return w.over(4, layerEthernet)
	case layerVNTag:
		return w.typed(4)
	case layerSixOctets:
		return w.typed(6)
	case layerMACsec:
		return w.macsec()
	case layerNSH:
		return w.nsh()
	case layerLLC:
		return w.llc()
	case layerMPLS:
		return w.mpls()
	case layerPPPoE:
		return w.pppoe()
	case layerHDLC:
		return w.hdlc()
	case layerPPP:
		return w.ppp()
	case layerCHDLC:
		return w.typed(2)
	case layerFrameRelay:
		return w.frameRelay()
	case layerSLL:
		return w.cooked()
	case layerSLL2:
		return w.cooked2()
	case layerNull:
		return w.null()
	case layerNFLOG:
		return w.nflog()
	case layerRadiotap:
		return w.radiotap()
	case layerAVS:
		return w.avs()
	case layerWiFi:
		return w.wifi()
	case layerPPI:
		return w.ppi()
	case layerPKTAP:
		return w.pktap()
	case layerPFLOG:
		return w.pflog()
	case layerFDDI:
		return w.fddi()
	case layerARCnet:
		return w.arcnet()
	case layerARCnetLinux:
		return w.arcnetLinux()
	case layerDSA:
		return w.typed(16)
	case layerEDSA:
		return w.typed(20)
	case layerIPoIB:
		return w.ipoib()
	case layerNoData:
		return w.stop(LinkNoData)
	case layerNotIP:
		return w.stop(NotIP)
	}
	return end
}

// packetLayer reads one header from IP upwards.
func (w *walk) packetLayer(next layer) layer {
	switch next {
	case layerIPv4:
		return w.ipv4()
	case layerTCP:
		return w.tcp()
	case layerIPv6:
		return w.ipv6()
	case layerUDP:
		return w.udp()
	case layerIP:
		return w.ipAny()
	case layerOptions:
		return w.optionsHeader()
	case layerRouting:
		return w.routingHeader()
	case layerFragment:
		return w.fragmentHeader()
	case layerAH:
		return w.authentication()
	case layerMessage:
		return w.messageHeader()
	case layerPorts:
		return w.ports()
	case layerICMP:
		return w.icmp()
	case layerGRE:
		return w.gre()
	case layerEtherIP:
		return w.etherIP()
	case layerIPinIP:
		return w.ipInIP()
	case layerMPLSinIP:
		return w.mplsInIP()
	case layerL2TPv3:
		return w.l2tpv3()
	case layerGREinUDP:
		return w.greHeader()
	case layerVXLAN:
		return w.vxlan()
	case layerVXLANGPE:
		return w.vxlanGPE()
	case layerGeneve:
		return w.geneve()
	case layerGTP:
		return w.gtp()
	case layerTeredo:
		return w.teredo()
	case layerL2TP:
		return w.l2tp()
	case layerCAPWAP:
		return w.capwap()
	case layerAYIYA:
		return w.ayiya()
	case layerLISP:
		return w.lisp()
	case layerTZSP:
		return w.tzsp()
	}
	return w.other()
}
