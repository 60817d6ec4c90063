//go:build linux

package traffic

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"onpath/internal/netns"
)

// What tells the ends how many connections there are, the port of the first one, whether
// they pass the wire, and if all are of one kind, of which.
const (
	countVariable = "ONPATH_CONNECTIONS"
	firstVariable = "ONPATH_PORT"
	wireVariable  = "ONPATH_WIRE"
	kindVariable  = "ONPATH_KIND"
)

// workers is how many connections the client makes at once.
const workers = 32

// wayOfRouter is where connections go that pass the router: the client's addresses, and
// the server's.
var wayOfRouter = [2][2]string{{netns.Client, netns.Server}, {netns.Client6, netns.Server6}}

// ways are where connections go.
func ways() [2][2]string {
	if os.Getenv(wireVariable) != "" {
		return wayOfWire
	}
	return wayOfRouter
}

// table is the kinds that go there.
func table() (all []*kind) {
	if os.Getenv(wireVariable) != "" {
		for i := range wired {
			all = append(all, &wired[i].kind)
		}
		return all
	}
	for i := range kinds {
		all = append(all, &kinds[i])
	}
	return all
}

// number reads a variable of the environment; without it, it is otherwise.
func number(variable string, otherwise int) int {
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return n
}

// visit is the client: it makes the connections in an order made by dice, tells of each,
// says done, and ends with its standard input.
func visit() {
	jobs := make(chan func())
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for job := range jobs {
				job()
			}
		})
	}
	first := number(firstVariable, firstPort)
	for i, k := range plan(number(countVariable, few)) {
		jobs <- func() { meet(i, first+i, k) }
	}
	close(jobs)
	all.Wait()
	fmt.Fprintln(os.Stderr, "done")
	io.Copy(io.Discard, os.Stdin)
}

// plan shuffles the kinds: each has its share, and one connection at least.
func plan(count int) (all []*kind) {
	for _, k := range table() {
		for range k.count(count) {
			all = append(all, k)
		}
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// count is how many of all connections are of the kind.
func (k *kind) count(all int) int {
	switch only := os.Getenv(kindVariable); only {
	case "":
		return max(1, all*k.share/1000)
	case k.name:
		return all
	}
	return 0
}

// firstPort is that of the first connection, if nobody says which.
const firstPort = 10000

// meet makes the i-th connection, from a port that only it has.
func meet(i, port int, k *kind) {
	way := ways()[i%2]
	from, to := at(way[0], port), at(way[1], k.port)
	switch k.name {
	case "half-open":
		from, to = at(ghost, port), at(netns.Server, k.port)
		spook(from, to)
		(&truth{Kind: k.name, Local: from, Remote: to}).tell()
	case "again":
		for range turns {
			once(i, k, from, to)
		}
	case "crossing":
		from, to = crossingEnds(int(crossings.Add(1) - 1))
		once(i, k, from, to)
	default:
		once(i, k, from, to)
	}
}

func at(host string, port int) netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr(host), uint16(port))
}

// crossings is how many the client has begun.
var crossings atomic.Int32

// crossingEnds returns the ends of the j-th, which have the same port.
func crossingEnds(j int) (client, server netip.AddrPort) {
	way := ways()[j%2]
	return at(way[0], crossingPort+j), at(way[1], crossingPort+j)
}

// once makes one connection and tells of it.
func once(i int, k *kind, from, to netip.AddrPort) {
	e := &end{truth: truth{Kind: k.name, Local: from, Remote: to}, dice: rand.New(rand.NewPCG(uint64(i), 2))}
	defer e.tell()
	c, err := dial(from, to, k.tries())
	if err != nil {
		e.Error = err.Error()
		return
	}
	e.TCPConn = c
	e.SetDeadline(time.Now().Add(2 * time.Minute))
	k.visit(e)
	if _, stays := staying.Load(e); !stays {
		e.TCPConn.Close()
	}
}

// tries is how often an end sends its SYN again: often where SYNs may be lost, or wait.
func (k *kind) tries() int {
	if k.port < wired[0].port {
		return 1
	}
	return 20
}

// dial connects. It waits in the call: a poller would be told of an
// ICMP error that the kernel does not give up for, and net.Dial would give up.
func dial(from, to netip.AddrPort, again int) (*net.TCPConn, error) {
	family := unix.AF_INET6
	if from.Addr().Is4() {
		family = unix.AF_INET
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "")
	defer f.Close()
	unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_SYNCNT, again)
	if err := unix.Bind(fd, sockaddr(from)); err != nil {
		return nil, err
	}
	if err := unix.Connect(fd, sockaddr(to)); err != nil {
		return nil, err
	}
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	return c.(*net.TCPConn), c.(*net.TCPConn).SetKeepAlive(false)
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	return &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
}

// serve is the server: it answers on the kinds' ports and tells of each connection.
func serve() {
	for _, k := range table() {
		switch {
		case k.name == "crossing":
			for j := range k.count(number(countVariable, few)) {
				go cross(j, k)
			}
		case k.serve != nil || k.up == "no-answer":
			listen(k)
		}
	}
	fmt.Fprintln(os.Stderr, "ready")
	io.Copy(io.Discard, os.Stdin)
}

func listen(k *kind) {
	for _, way := range ways() {
		l, err := net.Listen("tcp", at(way[1], k.port).String())
		if err != nil {
			panic(err)
		}
		go accept(l.(*net.TCPListener), k)
	}
}

func accept(l *net.TCPListener, k *kind) {
	for {
		c, err := l.AcceptTCP()
		if err != nil {
			panic(err)
		}
		c.SetKeepAlive(false)
		go reply(c, k)
	}
}

// cross opens the j-th crossing from the server's side.
func cross(j int, k *kind) {
	to, from := crossingEnds(j)
	c, err := dial(from, to, k.tries())
	if err != nil {
		panic(err)
	}
	reply(c, k)
}

// reply does the server's part and tells of it.
func reply(c *net.TCPConn, k *kind) {
	local, remote := c.LocalAddr().(*net.TCPAddr).AddrPort(), c.RemoteAddr().(*net.TCPAddr).AddrPort()
	e := &end{TCPConn: c, truth: truth{Kind: k.name, Local: local, Remote: remote}, dice: rand.New(rand.NewPCG(uint64(remote.Port()), 3))}
	k.serve(e)
	e.ask() // of what is closed already, nothing
	e.TCPConn.Close()
	e.tell()
}
