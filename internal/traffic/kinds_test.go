//go:build linux

package traffic

import "time"

// A kind is what becomes of a connection, on both ends and in a record.
type kind struct {
	name  string
	port  int // the server's
	share int // of 1000 connections
	visit func(*end)
	serve func(*end)

	down, up string // outcome at the client's and at the server's side of the router; up "": no record there
	closer   string // null: ""
	flag     string // one of the record's outcome_flags, its number left out; "": any
	found    string // what is found of it that is suspicious, rightly
}

// kinds pass the router. What it does to them, see rules.
var kinds = []kind{
	{"asked", 7001, 210, ask, answer, "closed", "closed", "client", "", ""},
	{"told", 7002, 120, told, tell, "closed", "closed", "server", "", ""},
	{"upload", 7003, 10, upload, swallow, "closed", "closed", "client", "", ""},
	{"download", 7004, 10, download, pour, "closed", "closed", "server", "", ""},
	{"refused", 7005, 100, nil, nil, "refused", "refused", "server", "", ""},
	{"prohibited", 7006, 60, nil, nil, "rejected-icmp", "", "", "admin", ""},
	{"forbidden", 7007, 60, nil, nil, "refused", "", "server", "", ""},
	{"ignored", 7008, 20, nil, nil, "no-answer", "no-answer", "", "retried", ""},
	{"denied", 7009, 70, denied, deny, "denied", "denied", "server", "", ""},
	{"empty", 7010, 60, leave, swallow, "closed-nodata", "closed-nodata", "client", "", ""},
	{"aborted", 7011, 60, abort, echo, "reset-by-client", "reset-by-client", "client", "mid-transfer", ""},
	{"cut", 7012, 60, cutOff, cut, "reset-by-server", "reset-by-server", "server", "after-request", ""},
	{"unread", 7013, 30, cutOff, unread, "reset-by-server", "reset-by-server", "server", "after-request", ""},
	{"half-closed", 7014, 50, halfClose, late, "closed", "closed", "client", "", ""},
	{"half-open", 7015, 50, nil, answer, "half-open", "half-open", "", "", "half-open-connection "},
	{"slow", 7016, 5, flood, slow, "closed", "closed", "client", "", ""},
	{"idle", 7017, 5, idle, echo, "closed", "closed", "client", "", ""},
	{"lossy", 7018, 40, upload, swallow, "closed", "closed", "client", "", ""},
	{"lossy-down", 7019, 40, download, pour, "closed", "closed", "server", "", ""},
	{"open", 7020, 10, stay, echo, "open", "open", "", "", ""},
	{"again", 7021, 30, again, tell, "closed", "closed", "server", "", ""},
}

// rules are the router's and the server's packet filters for these kinds. Losses lie
// before the router's tracking of what the server sends, and behind that of what the
// client sends, so that the tracking sees what passes on the client's side.
const rules = `
netns exec C sysctl -qw net.ipv4.ip_local_reserved_ports=10000-60000
netns exec R nft add table inet gate
netns exec R nft add chain inet gate first { type filter hook prerouting priority -300; }
netns exec R nft add rule inet gate first iifname up0 tcp sport { 7018, 7019 } numgen random mod 100 < 3 counter drop
netns exec R nft add chain inet gate forward { type filter hook forward priority 0; }
netns exec R nft add table netdev edge
netns exec R nft add chain netdev edge out { type filter hook egress device "up0" priority 0; }
netns exec R nft add rule netdev edge out tcp dport { 7018, 7019 } numgen random mod 100 < 3 counter drop
netns exec R nft add rule inet gate forward ct state invalid counter
netns exec R nft add rule inet gate forward tcp dport 7006 reject with icmpx type admin-prohibited
netns exec R nft add rule inet gate forward tcp dport 7007 reject with tcp reset
netns exec R sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=100000 net.ipv4.icmp_msgs_burst=10000 net.ipv6.icmp.ratelimit=0
netns exec R ip neigh add 198.18.0.66 lladdr 02:00:00:00:00:01 dev down0 nud permanent
netns exec S nft add table inet own
netns exec S nft add chain inet own in { type filter hook input priority 0; }
netns exec S nft add rule inet own in tcp dport 7008 drop
netns exec S sysctl -qw net.ipv4.tcp_synack_retries=1 net.ipv4.tcp_max_syn_backlog=8192
netns exec C ethtool -K eth0 tx off tso off gso off gro off
netns exec S ethtool -K eth0 tx off tso off gso off gro off
netns exec R ethtool -K down0 tx off tso off gso off gro off
netns exec R ethtool -K up0 tx off tso off gso off gro off`

// ghost is an address that the router sends to the client's card, and that nobody has.
const ghost = "198.18.0.66"

// turns is how often again uses the same ports.
const turns = 3

// Ways of the two ends. Each says what it does; the server's way has the name's
// counterpart in kinds.

func ask(e *end) {
	e.send(1 + e.dice.IntN(3000))
	e.receive(1)
	e.close()
}

// answer says something when it was asked, and closes after the client.
func answer(e *end) {
	e.receive(1)
	e.send(1 + e.dice.IntN(20000))
	e.follow()
}

func told(e *end) {
	e.send(1)
	e.follow()
}

// tell is asked, answers, and closes first.
func tell(e *end) {
	e.receive(1)
	e.send(1 + e.dice.IntN(20000))
	e.close()
}

func upload(e *end) {
	e.send(bulk(e))
	e.close()
}

// swallow reads until the client closes.
func swallow(e *end) { e.follow() }

func download(e *end) { told(e) }

func pour(e *end) {
	e.receive(1)
	e.send(bulk(e))
	e.close()
}

func bulk(e *end) int { return 100_000 + e.dice.IntN(1_000_000) }

func leave(e *end) { e.close() }

func denied(e *end) { e.follow() }

// deny closes at once.
func deny(e *end) { e.close() }

func echo(e *end) { e.echo() }

// abort exchanges, and resets.
func abort(e *end) {
	n := 1 + e.dice.IntN(10000)
	e.send(n)
	e.receive(n)
	e.reset()
}

func cutOff(e *end) {
	e.send(1000)
	e.drain()
	e.ended()
}

// cut resets what it was asked.
func cut(e *end) {
	e.receive(1000)
	e.reset()
}

// unread closes without having read all, which the kernel turns into a RST (RFC 2525
// §2.17).
func unread(e *end) {
	e.receive(10)
	e.await(1000)
	e.closeNow()
}

func halfClose(e *end) {
	e.send(500)
	e.close()
}

// late answers when the client has closed.
func late(e *end) {
	e.drain()
	e.send(1 + e.dice.IntN(60000))
	e.close()
}

func flood(e *end) {
	e.send(8_000_000)
	e.close()
}

// slow reads nothing until the window has been closed for a while.
func slow(e *end) {
	time.Sleep(1500 * time.Millisecond)
	e.follow()
}

// idle is silent until keep-alives pass.
func idle(e *end) {
	e.keepAlive()
	e.send(100)
	e.receive(100)
	time.Sleep(3500 * time.Millisecond)
	e.close()
}

// stay leaves the connection open.
func stay(e *end) {
	e.send(100)
	e.receive(100)
	e.quiet()
	e.ask()
	staying.Store(e, true)
}

// again is told by the same ports several times.
func again(e *end) { told(e) }
