// Package netns makes network namespaces for tests, with commands of iproute2: a
// gateway between a client and a server, for real traffic whose ends and whose router can
// be asked what happened. It needs root; where namespaces cannot be made the test is
// skipped and says why.
//
// For tests only; it starts programs, and no goroutine.
package netns

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Gateway is three namespaces, C for a client, R for a router, S for a server, and what
// runs in them. The client's eth0 is wired to the router's down0, the server's eth0 to
// up0; the addresses are those below (RFC 2544 §C.2.2, RFC 4193).
type Gateway struct {
	t      testing.TB
	prefix string // of the namespaces' real names
}

// Addresses of a Gateway's ends.
const (
	Client  = "198.18.0.1"
	Client6 = "fd18::1"
	Server  = "198.19.0.1"
	Server6 = "fd19::1"
)

// ClientMAC is the address of the client's interface.
const ClientMAC = "02:00:00:00:00:01"

// setup are commands that build it. Who has which address is written down, as the
// router would keep back what comes before it has asked; and nobody looks whether an
// IPv6 address is taken (RFC 4862 §5.4), as for a second that one cannot be asked from.
const setup = `
netns add R
netns add S
netns exec C sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
netns exec R sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
netns exec S sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
-n R link add down0 address 02:00:00:00:00:02 type veth peer name eth0 address 02:00:00:00:00:01 netns C
-n C addr add 198.18.0.1/24 dev eth0
-n C -6 addr add fd18::1/64 dev eth0 nodad
-n R addr add 198.18.0.254/24 dev down0
-n R -6 addr add fd18::fe/64 dev down0 nodad
-n C link set lo up
-n R link set lo up
-n S link set lo up
-n C link set eth0 up
-n R link set down0 up
-n C neigh add 198.18.0.254 lladdr 02:00:00:00:00:02 dev eth0 nud permanent
-n C neigh add fd18::fe lladdr 02:00:00:00:00:02 dev eth0 nud permanent
-n R neigh add 198.18.0.1 lladdr 02:00:00:00:00:01 dev down0 nud permanent
-n R neigh add fd18::1 lladdr 02:00:00:00:00:01 dev down0 nud permanent
-n C route add default via 198.18.0.254
-n C -6 route add default via fd18::fe
netns exec R sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1` + serverLink

// serverLink are the commands that lay the link between the router and the server.
const serverLink = `
-n R link add up0 address 02:00:00:00:00:03 type veth peer name eth0 address 02:00:00:00:00:04 netns S
-n R addr add 198.19.0.254/24 dev up0
-n R -6 addr add fd19::fe/64 dev up0 nodad
-n S addr add 198.19.0.1/24 dev eth0
-n S -6 addr add fd19::1/64 dev eth0 nodad
-n S link set eth0 up
-n R link set up0 up
-n S neigh add 198.19.0.254 lladdr 02:00:00:00:00:03 dev eth0 nud permanent
-n S neigh add fd19::fe lladdr 02:00:00:00:00:03 dev eth0 nud permanent
-n R neigh add 198.19.0.1 lladdr 02:00:00:00:00:04 dev up0 nud permanent
-n R neigh add fd19::1 lladdr 02:00:00:00:00:04 dev up0 nud permanent
-n S route add default via 198.19.0.254
-n S -6 route add default via fd19::fe`

// NewGateway builds one, does more (lines of arguments for ip), and takes all away
// behind the test. It skips the test where it cannot, or where one of the programs is
// not there.
func NewGateway(t testing.TB, more string, programs ...string) *Gateway {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("network namespaces take root")
	}
	for _, program := range append(programs, "ip", "sysctl") {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	g := &Gateway{t, fmt.Sprintf("onpath%d", os.Getpid())}
	t.Cleanup(g.remove)
	if out, err := g.IP("netns", "add", "C").CombinedOutput(); err != nil {
		t.Skipf("network namespaces are not permitted: %s", out)
	}
	g.Do(setup + "\n" + more)
	g.carries()
	return g
}

// carries waits until the router's interfaces do: the kernel says so late, and drops what
// is sent before.
func (g *Gateway) carries() {
	g.t.Helper()
	for range 100 {
		out, _ := g.IP("-n", "R", "-br", "link", "show", "up").Output()
		if n := strings.Count(string(out), "@"); n >= 2 && n == strings.Count(string(out), " UP ") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	g.t.Fatal("the router's interfaces do not carry")
}

// Do runs commands of ip, a line each; all must succeed.
func (g *Gateway) Do(commands string) {
	g.t.Helper()
	for _, line := range strings.FieldsFunc(commands, func(r rune) bool { return r == '\n' }) {
		if out, err := g.IP(strings.Fields(line)...).CombinedOutput(); err != nil {
			g.t.Fatalf("%s: %v: %s", line, err, out)
		}
	}
}

// Unlink takes the router's interface up0 away, and the server's end with it; Link makes
// another one of that name.
func (g *Gateway) Unlink() { g.Do("-n R link del up0") }

// Link lays the link to the server again.
func (g *Gateway) Link() {
	g.Do(serverLink)
	g.carries()
}

// remove takes the namespaces away, and with them all that is in them.
func (g *Gateway) remove() {
	for _, n := range []string{"C", "R", "S"} {
		g.IP("netns", "del", n).Run()
	}
}

// Path is the file that stands for a namespace: C, R or S.
func (g *Gateway) Path(namespace string) string { return "/run/netns/" + g.prefix + namespace }

// IP is a command of iproute2, with the namespaces' real names.
func (g *Gateway) IP(args ...string) *exec.Cmd {
	for i, a := range args {
		if a == "C" || a == "R" || a == "S" {
			args[i] = g.prefix + a
		}
	}
	return exec.Command("ip", args...)
}

// In is a command in a namespace.
func (g *Gateway) In(namespace string, args ...string) *exec.Cmd {
	return g.IP(append([]string{"netns", "exec", namespace}, args...)...)
}

// Must runs a command in a namespace and returns what it said; it must succeed.
func (g *Gateway) Must(namespace string, args ...string) string {
	g.t.Helper()
	out, err := g.In(namespace, args...).CombinedOutput()
	if err != nil {
		g.t.Fatalf("%s: %v: %s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// A Program runs in a namespace.
type Program struct {
	*exec.Cmd
	t    testing.TB
	in   io.Closer
	said string // file
}

// Start runs a program in a namespace, and waits until it has said ready on standard
// error, or on standard output if out is nil.
func (g *Gateway) Start(ready string, out io.Writer, namespace string, args ...string) *Program {
	g.t.Helper()
	p := &Program{Cmd: g.In(namespace, args...), t: g.t, said: filepath.Join(g.t.TempDir(), "said")}
	says, err := os.Create(p.said)
	if err != nil {
		g.t.Fatal(err)
	}
	defer says.Close()
	if p.in, err = p.StdinPipe(); err != nil {
		g.t.Fatal(err)
	}
	p.Stderr, p.Stdout = says, says
	if out != nil {
		p.Stdout = out
	}
	if err := p.Cmd.Start(); err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { p.Process.Kill() }) // if the test has not stopped it
	p.Await(ready, time.Minute)
	return p
}

// Await waits until the program has said a text.
func (p *Program) Await(text string, limit time.Duration) {
	p.t.Helper()
	for began := time.Now(); !strings.Contains(p.Said(), text); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > limit {
			p.t.Fatalf("%s does not say %q within %v; it said\n%s", p.Args, text, limit, p.Said())
		}
	}
}

// Said returns what the program has said on standard error so far, and on standard output
// if nobody else has that.
func (p *Program) Said() string {
	octets, _ := os.ReadFile(p.said)
	return string(octets)
}

// Stop ends the program's standard input, interrupts it, and waits until it has ended; a
// program that does not end within a minute is killed, which is an error.
func (p *Program) Stop() error {
	p.in.Close()
	p.Process.Signal(syscall.SIGINT)
	late := time.AfterFunc(time.Minute, func() { p.Process.Kill() })
	defer late.Stop()
	return p.Wait()
}

// Listened waits until somebody in the router listens to netfilter's events.
func (g *Gateway) Listened() {
	g.t.Helper()
	const netfilter = "12" // NETLINK_NETFILTER
	for range 100 {
		for line := range strings.Lines(g.Must("R", "cat", "/proc/net/netlink")) {
			if f := strings.Fields(line); len(f) > 3 && f[1] == netfilter && strings.Trim(f[3], "0") != "" {
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	g.t.Fatal("conntrack -E does not listen")
}
