// Package afpacket captures from the interfaces of a Linux machine: packet sockets
// with a ring of TPACKET_V3 (packet(7), the kernel's
// Documentation/networking/packet_mmap.rst), whose octets are read where the kernel
// put them. Elsewhere Open says that it is not supported.
//
// # Frames
//
// They are what libpcap would have written of the same packets:
//
//   - The tag that the kernel took off a frame (802.1Q, 802.1ad) stands in front of
//     the payload again.
//   - What an interface hands over without a header that capture files can name
//     (PPP, GRE, InfiniBand, …), and everything on Any, has a header of
//     LINKTYPE_LINUX_SLL2, which tells the interface and whether the packet came or
//     went. libpcap leaves tags out there; here the tag is the protocol of that header,
//     and the rest of it begins the payload. (Of several tags the kernel tells one, and
//     takes the others for payload or leaves them out: name the interface.)
//   - What a machine sends to itself is seen once, when it arrives.
//
// Checksums that the card was to fill in are not in the octets, neither are those of
// frames that the kernel or a card has put together: Frame.Sum says so, for the first;
// the kernel says it as well of what it put together itself. (TP_STATUS_CSUM_VALID is
// not believed: the kernel sets it too where the card only summed and nobody compared.)
// Such frames are longer than any that was on the wire, up to 64 KiB and with
// BIG TCP up to 512.
//
// # Interfaces that go
//
// Next and Wait go on when an interface is down, or gone: the socket waits for one of
// the same name. That needs no privilege, so that they may be given up once all Rings
// are open. The Rings of a group wait together.
//
// # What it does not do
//
// It starts no goroutine, sets no privileges, merges no Rings. It does not use the
// headers of virtio, the stamps of cards, or rings for sending.
package afpacket
