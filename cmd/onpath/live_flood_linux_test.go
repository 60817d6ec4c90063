package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onpath/internal/flood"
)

// space is a network namespace.
type space struct {
	t  *testing.T
	fd int
}

// newSpace makes one, or skips the test.
func newSpace(t *testing.T) (s space) {
	t.Helper()
	var err error
	done := make(chan bool)
	go func() { // its thread ends with it
		defer close(done)
		runtime.LockOSThread()
		if err = unix.Unshare(unix.CLONE_NEWNET); err == nil {
			s.fd, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
			os.WriteFile("/proc/sys/net/ipv6/conf/default/disable_ipv6", []byte("1"), 0) // who speaks IPv6 is not silent
		}
	}()
	if <-done; err != nil {
		t.Skip("no network namespace can be made: ", err)
	}
	t.Cleanup(func() { unix.Close(s.fd) })
	return space{t, s.fd}
}

// run runs f in the namespace.
func (s space) run(f func()) {
	done := make(chan bool)
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if err := unix.Setns(s.fd, unix.CLONE_NEWNET); err != nil {
			s.t.Error(err)
			return
		}
		f()
	}()
	<-done
}

// commands runs some there.
func (s space) commands(lines ...string) {
	s.t.Helper()
	s.run(func() {
		for _, line := range lines {
			words := strings.Fields(line)
			if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
				s.t.Errorf("%s: %v\n%s", line, err, out)
			}
		}
	})
}

// The two hosts, and what stands between them: a veth pair, whose end b onpath watches.
const (
	clientHost = "10.9.0.1"
	serverHost = "10.9.0.2"
)

// pair returns the namespaces of both hosts.
func pair(t *testing.T) (clients, servers space) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, for network namespaces")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs the command ip, of iproute2")
	}
	clients, servers = newSpace(t), newSpace(t)
	clients.commands(
		fmt.Sprintf("ip link add name a type veth peer name b netns /proc/%d/fd/%d", os.Getpid(), servers.fd),
		"ip addr add "+clientHost+"/24 dev a", "ip link set dev a up")
	servers.commands("ip addr add "+serverHost+"/24 dev b", "ip link set dev b up")
	for range 1500 { // the kernel says later that it carries
		var out []byte
		servers.run(func() { out, _ = exec.Command("ip", "link", "show", "dev", "b", "up").Output() })
		if bytes.Contains(out, []byte("state UP")) {
			return clients, servers
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the interfaces do not carry")
	return clients, servers
}

// talker is the server of good connections: it reads a request, sends what that asks for,
// and closes when its client has.
func talker(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			var sizes [8]byte
			if _, err := io.ReadFull(c, sizes[:]); err != nil {
				return
			}
			io.CopyN(io.Discard, c, int64(binary.BigEndian.Uint32(sizes[:])))
			c.Write(make([]byte, binary.BigEndian.Uint32(sizes[4:])))
			io.Copy(io.Discard, c)
		}()
	}
}

// good is a connection as it truly was.
type good struct {
	port           int
	outcome        string
	client, server uint64 // octets
}

// goodConnections are how many good ones there are beside each flood.
const goodConnections = 1000

// converse opens so many good connections of ten kinds, from the first-th on, and returns
// them by the client's port.
func converse(t *testing.T, clients space, first int, open, closed string, n int) map[int]good {
	all, next := map[int]good{}, atomic.Int64{}
	next.Store(int64(first))
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			clients.run(func() {
				for i := next.Add(1) - 1; i < int64(first+n); i = next.Add(1) - 1 {
					g, err := one(int(i), open, closed)
					if err != nil {
						t.Errorf("good connection %d: %v", i, err)
						return
					}
					mu.Lock()
					all[g.port] = g
					mu.Unlock()
				}
			})
		})
	}
	wg.Wait()
	return all
}

// one is the i-th good connection: one of ten is refused, one is reset by its client.
func one(i int, open, closed string) (g good, err error) {
	g.port = 20000 + i
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(clientHost), Port: g.port}, Timeout: 20 * time.Second}
	if i%10 == 0 {
		g.outcome = "refused"
		if c, err := d.Dial("tcp4", closed); err == nil {
			c.Close()
			return g, fmt.Errorf("it was not refused")
		}
		return g, nil
	}
	c, err := d.Dial("tcp4", open)
	if err != nil {
		return g, err
	}
	defer c.Close()
	asks, answer := 1+i*37%20000, 1+i*91%60000
	request := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(asks)), uint32(answer))
	g.outcome, g.client, g.server = "closed", uint64(8+asks), uint64(answer)
	if _, err := c.Write(append(request, make([]byte, asks)...)); err != nil {
		return g, err
	}
	time.Sleep(time.Duration(i%7) * 50 * time.Millisecond)
	if _, err := io.CopyN(io.Discard, c, int64(answer)); err != nil {
		return g, err
	}
	if i%10 == 1 {
		g.outcome = "reset-by-client"
		return g, c.(*net.TCPConn).SetLinger(0)
	}
	return g, nil
}

// watch is an onpath that watches b.
type watch struct {
	cmd   *exec.Cmd
	group cgroup
	said  lockedBuffer
	rows  map[int]row // of good connections, by the client's port
	lines atomic.Uint64
	read  chan bool
}

// lockedBuffer is a bytes.Buffer for several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// excused reports whether a record says that packets of it are missing, or that it was
// pushed out before they came.
func (r *row) excused() bool {
	return r.EndReason == "evicted" || r.ClientGap+r.ServerGap > 0 || r.Start != "syn" || strings.Contains(fmt.Sprint(r.ClosedGates), "no-gap")
}

// row is what a record says that must be right, and why it may not be.
type row struct {
	ClientPort   int    `json:"client_port"`
	ServerPort   int    `json:"server_port"`
	Outcome      string `json:"outcome"`
	ClientOctets uint64 `json:"client_octets"`
	ServerOctets uint64 `json:"server_octets"`
	ClientGap    uint64 `json:"client_gap_octets"`
	ServerGap    uint64 `json:"server_gap_octets"`
	Start        string `json:"start"`
	ClosedGates  any    `json:"gates_closed"`
	EndReason    string `json:"end_reason"`
	records      int
}

// newWatch starts one, and waits until it listens.
func newWatch(t *testing.T, program string, s space, target int64, flags string) *watch {
	t.Helper()
	w := &watch{rows: map[int]row{}, read: make(chan bool), group: newCgroup(t, target)}
	if n := os.Getenv("ONPATH_SHARDS"); n != "" {
		flags += " --shards " + n
	}
	words := strings.Fields(fmt.Sprintf("%s live --user 65534:65534 -i b --memory %d -o jsonl %s", program, target, flags))
	w.cmd = w.group.command(words...)
	w.cmd.Stderr = &w.said
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.run(func() { err = w.cmd.Start() })
	if err != nil {
		t.Fatal(err)
	}
	go w.take(out)
	for range 1500 {
		if strings.Contains(w.said.String(), "listening on b") {
			return w
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatalf("it does not listen:\n%s", w.said.String())
	return nil
}

// take reads what onpath writes, and keeps what is of good connections.
func (w *watch) take(out io.Reader) {
	defer close(w.read)
	lines := bufio.NewReaderSize(out, 1<<20)
	for {
		line, err := lines.ReadSlice('\n')
		w.lines.Add(1)
		if bytes.Contains(line, []byte(`"server":"`+serverHost+`"`)) {
			var r row
			if json.Unmarshal(line, &r) == nil {
				r.records = w.rows[r.ClientPort].records + 1
				w.rows[r.ClientPort] = r
			}
		}
		if err != nil && err != bufio.ErrBufferFull {
			return
		}
	}
}

// end ends it as a service is, and returns what it said.
func (w *watch) end(t *testing.T) string {
	t.Helper()
	w.cmd.Process.Signal(syscall.SIGTERM)
	<-w.read
	if err := w.cmd.Wait(); err != nil && !strings.Contains(w.said.String(), "are lost: the output is incomplete") {
		t.Errorf("onpath: %v\n%s", err, w.said.String())
	}
	return w.said.String()
}

// droppedByKernel is what a summary says was lost on the way to onpath.
var droppedByKernel = regexp.MustCompile(`captured +([0-9,]+) packets? on b, ([0-9,]+) dropped`)

// result is how it went.
type result struct {
	said             string
	sent             uint64
	rate             float64 // that was reached, packets a second
	arrived, dropped uint64
	rowsLost         bool
	streamed         uint64 // rows that came while the flood did
	good, after      map[int]good
	rows             map[int]row
}

// complete reports whether nothing was lost on the way to the records.
func (r *result) complete() bool { return r.dropped == 0 && !r.rowsLost }

// besides floods at a rate while good connections talk, at least for a time.
func besides(t *testing.T, program string, k flood.Kind, rate int, least time.Duration, target int64, flags string) *result {
	t.Helper()
	clients, servers := pair(t)
	var open, closed net.Listener
	servers.run(func() {
		open, _ = net.Listen("tcp4", serverHost+":0")
		closed, _ = net.Listen("tcp4", serverHost+":0")
	})
	if open == nil || closed == nil {
		t.Fatal("nobody can listen")
	}
	closed.Close()
	go talker(open)
	defer open.Close()
	x := newFlooder(t, clients, servers, k)
	w := newWatch(t, program, servers, target, flags)
	began := time.Now()
	x.start(rate)
	r := &result{good: converse(t, clients, 0, open.Addr().String(), closed.Addr().String(), goodConnections)}
	time.Sleep(least - time.Since(began))
	r.sent = x.end()
	r.rate, r.streamed = float64(r.sent)/time.Since(began).Seconds(), w.lines.Load()
	time.Sleep(2 * time.Second) // what waits in the ring is taken
	r.after = converse(t, clients, goodConnections, open.Addr().String(), closed.Addr().String(), 10)
	r.said = w.end(t)
	r.rows = w.rows
	m := droppedByKernel.FindStringSubmatch(r.said)
	if m == nil {
		t.Fatalf("nothing is said of what was captured:\n%s", r.said)
	}
	r.arrived, r.dropped = count(m[1]), count(m[2])
	r.rowsLost = strings.Contains(r.said, "rows are lost from here on") // others could be spared
	below(t, r.said)
	t.Logf("%s at %.0f packets/s: %d sent, %d captured, %d dropped by the kernel, %d rows meanwhile, rows lost: %v; %.1f MiB in the cgroup",
		k.Name, r.rate, r.sent, r.arrived, r.dropped, r.streamed, r.rowsLost, float64(w.group.used())/(1<<20))
	if n, wrong := r.right(r.after); n != len(r.after) {
		t.Errorf("after the flood %d of %d good connections are right; of the others, %s\n%s", n, len(r.after), wrong, r.said)
	}
	return r
}

func count(text string) uint64 {
	n, _ := strconv.ParseUint(strings.ReplaceAll(text, ",", ""), 10, 64)
	return n
}

// right reports how many good connections have a record that says what truly was, and
// what is wrong with one that does not.
func (r *result) right(all map[int]good) (n int, wrong string) {
	for port, g := range all {
		got, has := r.rows[port]
		if has && got.records == 1 && got.Outcome == g.outcome && got.ClientOctets == g.client && got.ServerOctets == g.server {
			n++
		} else {
			wrong = fmt.Sprintf("%+v has %+v", g, got)
		}
	}
	return n, wrong
}

// syns are the flood that has most to be remembered.
func syns(t *testing.T) flood.Kind {
	for _, k := range flood.Kinds() {
		if k.Name == "syn" {
			return k
		}
	}
	t.Fatal("there is no flood of SYNs")
	return flood.Kind{}
}

// TestFloodBesideGood: where the kernel drops nothing, each good connection has one
// record, with its outcome and octets, whatever flood there is beside it.
func TestFloodBesideGood(t *testing.T) {
	program := named(t)
	for rate := 40_000; rate > 1000; rate /= 4 {
		r := besides(t, program, syns(t), rate, time.Second, 256<<20, "")
		if !r.complete() {
			continue
		}
		if n, wrong := r.right(r.good); n != goodConnections {
			t.Errorf("%d of %d good connections are right; of the others, %s\n%s", n, goodConnections, wrong, r.said)
		}
		return
	}
	t.Skip("this machine is so busy that the kernel drops packets at any rate")
}

// TestFloodAtFullSpeed: onpath stays below its target and ends as it should, and a record of which
// packets were lost says so. With ONPATH_FLOODS, each kind of flood is sent.
func TestFloodAtFullSpeed(t *testing.T) {
	program := named(t)
	if os.Getenv("ONPATH_FLOODS") == "" {
		target := int64(128 << 20)
		if os.Getenv("ONPATH_SHARDS") != "" {
			target *= 2
		}
		honest(t, besides(t, program, syns(t), 0, 3*time.Second, target, ""))
		return
	}
	for _, k := range flood.Kinds() {
		t.Run(k.Name, func(t *testing.T) { honest(t, besides(t, program, k, 0, 10*time.Second, 256<<20, "")) })
	}
}

// honest fails if a record of a good connection is wrong, and does not say why.
func honest(t *testing.T, r *result) {
	t.Helper()
	n, wrong := r.right(r.good)
	t.Logf("%d of %d good connections are right; of the others, %s", n, goodConnections, wrong)
	for port, g := range r.good {
		got := r.rows[port]
		differs := got.Outcome != g.outcome || got.ClientOctets != g.client || got.ServerOctets != g.server
		if got.records == 1 && differs && (r.complete() || !got.excused()) {
			t.Errorf("%+v has %+v, and nothing says that packets are missing", g, got)
		}
	}
}

// TestHighestRate looks for the rate from which on something is lost; below it, each good
// connection is right.
func TestHighestRate(t *testing.T) {
	if os.Getenv("ONPATH_FLOODS") == "" {
		t.Skip("measures, for minutes: make floods")
	}
	program, best := named(t), 0.0
	for rate := 20_000; ; rate += rate / 4 {
		r := besides(t, program, syns(t), rate, 5*time.Second, 256<<20, "")
		n, wrong := r.right(r.good)
		if !r.complete() || r.rate < float64(rate)*0.9 {
			t.Logf("at most %.0f packets/s; then %d were dropped, and %d of %d good connections were right", best, r.dropped, n, goodConnections)
			return
		}
		if best = r.rate; n != goodConnections {
			t.Errorf("%d of %d good connections are right; of the others, %s\n%s", n, goodConnections, wrong, r.said)
		}
	}
}
