; Signatures of Linux in the form of p0f.fp, made by
;
;	go test ./fingerprint -run Linux -update
;
; from segments that the kernel named below sent under many settings: sysctls, MTUs,
; IPv4 and IPv6, answers to SYNs with all options and fewer. Nothing else was measured.
; "5.x-6.x" is that kernel with tcp_rmem of 6 MiB, as older ones have it by default.
; The signatures of last resort at the end are the orders of options alone.
;
; kernel = 6.18.44

[tcp:request]

label = s:unix:Linux:5.x-6.x
sig   = *:64:0:*:mss*44,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*52,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*53,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*51,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*50,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*49,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*48,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*47,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*46,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*43,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*42,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*33,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*22,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*16,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*15,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*7,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*4,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*1,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*44,7:mss,sok,ts,nop,ws:df,id+,ecn,flow:0
sig   = *:64:0:*:mss*45,7:mss,sok,ts,nop,ws:df,id+,ecn,flow:0
sig   = *:64:0:*:mss*122,7:mss,sok,ts,nop,ws:df,id+,flow:0

label = s:unix:Linux:5.x-6.x (no timestamps)
sig   = *:64:0:*:mss*44,7:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,7:mss,nop,nop,sok,nop,ws:df,id+,flow:0

label = s:unix:Linux:5.x-6.x (no SACK)
sig   = *:64:0:*:mss*44,7:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,7:mss,nop,nop,ts,nop,ws:df,id+,flow:0

label = s:unix:Linux:5.x-6.x (no timestamps, no SACK)
sig   = *:64:0:*:mss*44,7:mss,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,7:mss,nop,ws:df,id+,flow:0

label = s:unix:Linux:5.x-6.x (no window scaling)
sig   = *:64:0:*:mss*44,0:mss,sok,ts:df,id+,flow:0
sig   = *:64:0:*:mss*45,0:mss,sok,ts:df,id+,flow:0

label = s:unix:Linux:5.x-6.x (no timestamps, no window scaling)
sig   = *:64:0:*:mss*44,0:mss,nop,nop,sok:df,id+,flow:0
sig   = *:64:0:*:mss*45,0:mss,nop,nop,sok:df,id+,flow:0

label = s:unix:Linux:5.x-6.x (no SACK, no window scaling)
sig   = *:64:0:*:mss*44,0:mss,nop,nop,ts:df,id+,flow:0
sig   = *:64:0:*:mss*45,0:mss,nop,nop,ts:df,id+,flow:0

label = s:unix:Linux:5.x-6.x (no timestamps, no SACK, no window scaling)
sig   = *:64:0:*:mss*44,0:mss:df,id+,flow:0
sig   = *:64:0:*:mss*45,0:mss:df,id+,flow:0

label = s:unix:Linux:6.x
sig   = *:64:0:*:mss*44,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*52,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*53,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*51,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*50,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*49,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*48,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*47,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*46,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*43,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*42,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*33,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*22,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*16,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*15,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*7,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*4,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*1,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*44,10:mss,sok,ts,nop,ws:df,id+,ecn,flow:0
sig   = *:64:0:*:mss*45,10:mss,sok,ts,nop,ws:df,id+,ecn,flow:0
sig   = *:64:0:*:mss*122,10:mss,sok,ts,nop,ws:df,id+,flow:0

label = s:unix:Linux:6.x (no timestamps)
sig   = *:64:0:*:mss*44,10:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,10:mss,nop,nop,sok,nop,ws:df,id+,flow:0

label = s:unix:Linux:6.x (no SACK)
sig   = *:64:0:*:mss*44,10:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,10:mss,nop,nop,ts,nop,ws:df,id+,flow:0

label = s:unix:Linux:6.x (no timestamps, no SACK)
sig   = *:64:0:*:mss*44,10:mss,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,10:mss,nop,ws:df,id+,flow:0

label = s:unix:Linux:(receive buffers set)
sig   = *:64:0:*:mss*44,8:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,8:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*44,9:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,9:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*44,11:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,11:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*44,12:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,12:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*44,13:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,13:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*44,14:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*45,14:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*29,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*30,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*29,8:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*30,8:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*29,9:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*30,9:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*29,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*30,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*29,11:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*30,11:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*29,12:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*30,12:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*29,13:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*30,13:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*29,14:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*30,14:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*22,8:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*22,9:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*22,11:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*22,12:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*22,13:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:mss*22,14:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65535,7:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65535,8:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65535,9:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65535,10:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65535,11:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65535,12:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65535,13:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:65535,14:mss,sok,ts,nop,ws:df,id+,flow:0

label = s:unix:Linux:6.x (Fast Open)
sig   = *:64:0:*:mss*44,10:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:0
sig   = *:64:0:*:mss*45,10:mss,sok,ts,nop,ws,?34,nop,nop:df,id+,flow:0

label = s:unix:Linux:6.x (MPTCP)
sig   = *:64:0:*:mss*44,10:mss,sok,ts,nop,ws,?30:df,id+,flow:0
sig   = *:64:0:*:mss*45,10:mss,sok,ts,nop,ws,?30:df,id+,flow:0

[tcp:response]

label = s:unix:Linux:5.x-6.x
sig   = *:64:0:*:mss*44,0:mss:df,flow:0
sig   = *:64:0:*:mss*45,0:mss:df,flow:0
sig   = *:64:0:*:mss*45,0:mss,nop,nop,ts:df,flow:0
sig   = *:64:0:*:mss*44,0:mss,nop,nop,sok:df,flow:0
sig   = *:64:0:*:mss*45,0:mss,nop,nop,sok:df,flow:0
sig   = *:64:0:*:mss*45,0:mss,sok,ts:df,flow:0
sig   = *:64:0:*:mss*44,7:mss,nop,ws:df,flow:0
sig   = *:64:0:*:mss*45,7:mss,nop,ws:df,flow:0
sig   = *:64:0:*:mss*45,7:mss,nop,nop,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*44,7:mss,nop,nop,sok,nop,ws:df,flow:0
sig   = *:64:0:*:mss*45,7:mss,nop,nop,sok,nop,ws:df,flow:0
sig   = *:64:0:*:mss*45,7:mss,sok,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*46,0:mss,nop,nop,ts:df,flow:0
sig   = *:64:0:*:mss*46,0:mss,sok,ts:df,flow:0
sig   = *:64:0:*:mss*46,7:mss,nop,nop,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*46,7:mss,sok,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*46,0:mss:df,flow:0
sig   = *:64:0:*:mss*47,0:mss:df,flow:0
sig   = *:64:0:*:mss*47,0:mss,nop,nop,ts:df,flow:0
sig   = *:64:0:*:mss*46,0:mss,nop,nop,sok:df,flow:0
sig   = *:64:0:*:mss*47,0:mss,nop,nop,sok:df,flow:0
sig   = *:64:0:*:mss*47,0:mss,sok,ts:df,flow:0
sig   = *:64:0:*:mss*46,7:mss,nop,ws:df,flow:0
sig   = *:64:0:*:mss*47,7:mss,nop,ws:df,flow:0
sig   = *:64:0:*:mss*47,7:mss,nop,nop,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*46,7:mss,nop,nop,sok,nop,ws:df,flow:0
sig   = *:64:0:*:mss*47,7:mss,nop,nop,sok,nop,ws:df,flow:0
sig   = *:64:0:*:mss*47,7:mss,sok,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*48,0:mss:df,flow:0
sig   = *:64:0:*:mss*48,0:mss,nop,nop,ts:df,flow:0
sig   = *:64:0:*:mss*48,0:mss,nop,nop,sok:df,flow:0
sig   = *:64:0:*:mss*48,0:mss,sok,ts:df,flow:0
sig   = *:64:0:*:mss*48,7:mss,nop,ws:df,flow:0
sig   = *:64:0:*:mss*48,7:mss,nop,nop,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*48,7:mss,nop,nop,sok,nop,ws:df,flow:0
sig   = *:64:0:*:mss*48,7:mss,sok,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*7,0:mss:df,flow:0
sig   = *:64:0:*:mss*7,0:mss,nop,nop,ts:df,flow:0
sig   = *:64:0:*:mss*7,0:mss,nop,nop,sok:df,flow:0
sig   = *:64:0:*:mss*7,0:mss,sok,ts:df,flow:0
sig   = *:64:0:*:mss*7,7:mss,nop,ws:df,flow:0
sig   = *:64:0:*:mss*7,7:mss,nop,nop,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*7,7:mss,nop,nop,sok,nop,ws:df,flow:0
sig   = *:64:0:*:mss*7,7:mss,sok,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*1,0:mss:df,flow:0
sig   = *:64:0:*:mss*1,0:mss,nop,nop,ts:df,flow:0
sig   = *:64:0:*:mss*1,0:mss,nop,nop,sok:df,flow:0
sig   = *:64:0:*:mss*1,0:mss,sok,ts:df,flow:0
sig   = *:64:0:*:mss*1,7:mss,nop,ws:df,flow:0
sig   = *:64:0:*:mss*1,7:mss,nop,nop,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*1,7:mss,nop,nop,sok,nop,ws:df,flow:0
sig   = *:64:0:*:mss*1,7:mss,sok,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*45,7:mss,sok,ts,nop,ws:df,ecn,flow:0

label = s:unix:Linux:6.x
sig   = *:64:0:*:mss*44,10:mss,nop,ws:df,flow:0
sig   = *:64:0:*:mss*45,10:mss,nop,ws:df,flow:0
sig   = *:64:0:*:mss*45,10:mss,nop,nop,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*44,10:mss,nop,nop,sok,nop,ws:df,flow:0
sig   = *:64:0:*:mss*45,10:mss,nop,nop,sok,nop,ws:df,flow:0
sig   = *:64:0:*:mss*45,10:mss,sok,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*46,10:mss,nop,nop,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*46,10:mss,sok,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*46,10:mss,nop,ws:df,flow:0
sig   = *:64:0:*:mss*47,10:mss,nop,ws:df,flow:0
sig   = *:64:0:*:mss*47,10:mss,nop,nop,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*46,10:mss,nop,nop,sok,nop,ws:df,flow:0
sig   = *:64:0:*:mss*47,10:mss,nop,nop,sok,nop,ws:df,flow:0
sig   = *:64:0:*:mss*47,10:mss,sok,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*48,10:mss,nop,ws:df,flow:0
sig   = *:64:0:*:mss*48,10:mss,nop,nop,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*48,10:mss,nop,nop,sok,nop,ws:df,flow:0
sig   = *:64:0:*:mss*48,10:mss,sok,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*7,10:mss,nop,ws:df,flow:0
sig   = *:64:0:*:mss*7,10:mss,nop,nop,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*7,10:mss,nop,nop,sok,nop,ws:df,flow:0
sig   = *:64:0:*:mss*7,10:mss,sok,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*1,10:mss,nop,ws:df,flow:0
sig   = *:64:0:*:mss*1,10:mss,nop,nop,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*1,10:mss,nop,nop,sok,nop,ws:df,flow:0
sig   = *:64:0:*:mss*1,10:mss,sok,ts,nop,ws:df,flow:0
sig   = *:64:0:*:mss*45,10:mss,sok,ts,nop,ws:df,ecn,flow:0

label = s:unix:Linux:6.x (MPTCP)
sig   = *:64:0:*:mss*45,10:mss,sok,ts,nop,ws,?30:df,flow:0

[tcp:request]

label = g:unix:Linux:
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:*,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws:df,id+:0

[tcp:response]

label = g:unix:Linux:
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws:df,flow:0
sig   = *:64:0:*:*,*:mss,nop,nop,ts,nop,ws:df,flow:0
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws:df,flow:0
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws:df:0
