; What MTUs tell of a link, by arithmetic: 1,500 octets of Ethernet less what each
; tunnel puts before a packet. Of an MTU that several have, all are named.

[mtu]

; RFC 791: what every host must take; RFC 8200: what every link must carry
label = smallest for IPv4
sig   = 576
label = smallest for IPv6
sig   = 1280

; IEEE 802.3; RFC 2516 takes 8 octets; IEEE 802.1Q inside without room for it 4
label = Ethernet
sig   = 1500
label = PPPoE
sig   = 1492
label = Ethernet with a VLAN tag
sig   = 1496

; RFC 2003, RFC 4213: 20 octets; RFC 2473: 40; RFC 2784: 24 with and RFC 2890: 28
label = IPv4 tunnel (IPIP, 6in4)
sig   = 1480
label = IPv6 tunnel (DS-Lite) or Google Cloud
sig   = 1460
label = GRE
sig   = 1476
sig   = 1472
label = 6in4 in PPPoE
sig   = 1452

; Ethernet in IPv4 in GRE: 38; in VXLAN (RFC 7348) over IPv4: 50, over IPv6: 70
label = Ethernet in GRE
sig   = 1462
label = VXLAN or Geneve
sig   = 1450
sig   = 1430

; RFC 4303 in tunnel mode: AES-GCM, and in UDP (RFC 3948) or AES-CBC with HMAC-SHA
label = IPsec
sig   = 1446
sig   = 1438
sig   = 1422

; 60 octets over IPv4, 80 over IPv6, which it leaves room for; in PPPoE
label = WireGuard
sig   = 1440
sig   = 1420
sig   = 1412
label = VPN
sig   = 1400

; ANSI X3T9.5 (RFC 1390); jumbo frames
label = FDDI
sig   = 4352
label = jumbo Ethernet
sig   = 9000
sig   = 9216
label = Amazon VPC
sig   = 9001

; Linux, and its MSS of at most 65495 with IPv4; before 3.6; BSD and macOS
label = loopback
sig   = 65535
sig   = 16436
sig   = 16384
