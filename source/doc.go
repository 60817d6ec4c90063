// Package source reads captures: classic pcap and pcapng files, plain or
// compressed, from the disk or from a pipe. It hands over Frames in the order
// of the file, and says where a file is damaged.
//
// # Formats
//
// A file is known by its first octets, never by its name.
//
//   - Classic pcap: times in µs (magic a1b2c3d4) or ns (a1b23c4d) and the
//     24-octet record headers of Kuznetzov's patch (a1b2cd34), in both byte
//     orders. Up to version 2.2 the two lengths of a record stand the other way
//     round; in 2.3 they may, and then the larger one is that on the wire
//     (libpcap and Wireshark do the same). No other version differs, so none is
//     refused.
//     Where a record should be, another file header begins another capture (cat).
//   - pcapng: any number of sections, each in its own byte order, and of
//     interfaces; enhanced, simple and obsolete packet blocks; if_tsresol in
//     both bases and if_tsoffset. Name resolution, statistics, secrets, journal,
//     custom and unknown blocks are skipped (Wireshark numbers journal and
//     custom blocks as frames; here they are none). The section length is not
//     needed and not believed. A simple packet has no time: it gets that of the
//     frame before it, 0 if there is none.
//   - gzip, zstd and xz around either of them, of several members too. A zstd
//     window or xz dictionary may take 128 MiB. xz is unpacked by the command
//     xz if there is one (six times faster), else here; then only the
//     dictionary of the first block is checked.
//
// LINKTYPE_ numbers are handed over as they are, without the FCS bits of a
// classic header: those of a file hardly differ from the DLT_ numbers of the
// machine which wrote it, and the decoder reads both of those that do and carry
// IP (12 and 14). An FCS stays part of the frame, as it was on the wire.
//
// # Times
//
// At is in ns since 1970. Seconds of a classic file are unsigned, to the year
// 2106. What lies beyond an int64 (years 1677 to 2262) becomes the nearest that
// fits.
//
// # Limits
//
// A length is believed once the octets are there. Captured octets of a classic
// record: 262,144, the most that libpcap captures by default and that Wireshark
// accepts; for D-Bus and the USB link types, 128 MiB as in libpcap, of which the
// first 262,144 are handed over. A pcapng block: 16 MiB, as in both. 65,536
// interfaces in a section. The read buffer is 1 MiB and grows only for a longer
// block, which must be there; when many files are merged, theirs are smaller.
//
// # Damage
//
// Nothing in a file that was recognised is an error: it is a Damage, with the
// file, the octet and the frame, and reading goes on. If a record's length
// cannot be true, plausible records are looked for in the next 64 MiB, in a
// classic file also inside the record before; what plausible means stands at
// classic.chain and ng.chain. After one that is found, all is read as before. If
// a record runs past the end of the file, its length is taken for a lie only if
// the record contradicts itself and others lead exactly to the end. A frame whose
// time or lengths are odd but whose successor can be read is kept. If a file
// ends inside a record, the octets of this last record are dropped (tcpdump and
// tshark do so too) and the file counts as cut; so does compressed data that
// ends early.
//
// # What it does not do
//
// It does not judge packets, sort one file by time, or read from interfaces. It
// starts no goroutine; the xz command reading from a pipe has one of os/exec.
// Next allocates nothing per frame.
package source
