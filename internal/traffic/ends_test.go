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
	"time"

	"golang.org/x/sys/unix"

	"onpath/internal/netns"
)

// countVariable tells the client how many connections it makes.
const countVariable = "ONPATH_CONNECTIONS"

// workers is how many connections the client makes at once.
const workers = 32

// ways are where connections go: over the router.
var ways = [...][2]string{{netns.Client, netns.Server}, {netns.Client6, netns.Server6}}

// visit is the client: it makes the connections in an order made by dice, tells of each,
// says done, and ends with its standard input.
func visit() {
	count, err := strconv.Atoi(os.Getenv(countVariable))
	if err != nil {
		panic(err)
	}
	jobs := make(chan func())
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for job := range jobs {
				job()
			}
		})
	}
	for i, k := range plan(count) {
		jobs <- func() { meet(i, k) }
	}
	close(jobs)
	all.Wait()
	fmt.Fprintln(os.Stderr, "done")
	io.Copy(io.Discard, os.Stdin)
}

// plan shuffles the kinds: each has its share, and one connection at least.
func plan(count int) (all []*kind) {
	for i := range kinds {
		for range max(1, count*kinds[i].share/1000) {
			all = append(all, &kinds[i])
		}
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// firstPort is that of the first connection.
const firstPort = 10000

// meet makes the i-th connection, from a port that only it has.
func meet(i int, k *kind) {
	way := ways[i%2]
	from := netip.AddrPortFrom(netip.MustParseAddr(way[0]), uint16(firstPort+i))
	to := netip.AddrPortFrom(netip.MustParseAddr(way[1]), uint16(k.port))
	if k.name == "half-open" {
		from = netip.AddrPortFrom(netip.MustParseAddr(ghost), from.Port())
		to = netip.AddrPortFrom(netip.MustParseAddr(netns.Server), to.Port())
		spook(from, to)
		(&truth{Kind: k.name, Local: from, Remote: to}).tell()
		return
	}
	times := 1
	if k.name == "again" {
		times = turns
	}
	for range times {
		once(i, k, from, to)
	}
}

// once makes one connection and tells of it.
func once(i int, k *kind, from, to netip.AddrPort) {
	e := &end{truth: truth{Kind: k.name, Local: from, Remote: to}, dice: rand.New(rand.NewPCG(uint64(i), 2))}
	defer e.tell()
	c, err := dial(from, to)
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

// dial connects, and tries twice. It waits in the call: a poller would be told of an
// ICMP error that the kernel does not give up for, and net.Dial would give up.
func dial(from, to netip.AddrPort) (*net.TCPConn, error) {
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
	unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_SYNCNT, 1)
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
	for i := range kinds {
		k := &kinds[i]
		if k.serve == nil && k.up != "no-answer" {
			continue
		}
		for _, way := range ways {
			l, err := net.Listen("tcp", net.JoinHostPort(way[1], strconv.Itoa(k.port)))
			if err != nil {
				panic(err)
			}
			go accept(l.(*net.TCPListener), k)
		}
	}
	fmt.Fprintln(os.Stderr, "ready")
	io.Copy(io.Discard, os.Stdin)
}

func accept(l *net.TCPListener, k *kind) {
	for {
		c, err := l.AcceptTCP()
		if err != nil {
			panic(err)
		}
		go func() {
			remote := c.RemoteAddr().(*net.TCPAddr).AddrPort()
			e := &end{TCPConn: c, truth: truth{Kind: k.name, Local: c.LocalAddr().(*net.TCPAddr).AddrPort(), Remote: remote}, dice: rand.New(rand.NewPCG(uint64(remote.Port()), 3))}
			c.SetKeepAlive(false)
			k.serve(e)
			e.ask() // of what is closed already, nothing
			e.TCPConn.Close()
			e.tell()
		}()
	}
}
