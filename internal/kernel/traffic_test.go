package kernel

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"onpath/internal/netns"
)

// The test runs itself again inside namespaces, in one of these roles.
const roleVariable = "ONPATH_KERNEL_ROLE"

var roles = map[string]func(){"server": serve, "client": visit}

const (
	server       = netns.Server
	server6      = netns.Server6
	absentServer = "198.19.0.99" // no such host
)

// serve answers on the server's ports until its standard input ends.
func serve() {
	for port, answer := range map[string]func(net.Conn){
		"7": echo, "9": swallow, "13": tell, "19": refuse, "21": ftp, "20000": tell,
	} {
		go accept(net.JoinHostPort(server, port), answer)
		go accept(net.JoinHostPort(server6, port), answer)
	}
	for _, host := range []string{server, server6} {
		go reflect(net.JoinHostPort(host, "7"))
	}
	time.Sleep(200 * time.Millisecond)
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
}

func accept(at string, answer func(net.Conn)) {
	l, err := net.Listen("tcp", at)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() { answer(c); c.Close() }()
	}
}

func echo(c net.Conn)    { io.Copy(c, c) }
func swallow(c net.Conn) { io.Copy(io.Discard, c) }

// tell is asked, answers, and closes first.
func tell(c net.Conn) {
	c.Read(make([]byte, 1))
	fmt.Fprintln(c, "Saturday, November 21, 2026")
}

// refuse takes a connection and resets it.
func refuse(c net.Conn) {
	c.Read(make([]byte, 1))
	c.(*net.TCPConn).SetLinger(0)
}

// ftp is as much of a server as the helper wants to see (RFC 959 §5.4).
func ftp(c net.Conn) {
	fmt.Fprint(c, "220 ready\r\n")
	for lines := bufio.NewScanner(c); lines.Scan(); {
		switch strings.TrimSpace(lines.Text()) {
		case "PASV":
			fmt.Fprintf(c, "227 Entering Passive Mode (%s,78,32).\r\n", strings.ReplaceAll(server, ".", ","))
		case "EPSV":
			fmt.Fprint(c, "229 Entering Extended Passive Mode (|||20000|)\r\n")
		default:
			fmt.Fprint(c, "200 ok\r\n")
		}
	}
}

// reflect sends datagrams back.
func reflect(at string) {
	c, err := net.ListenPacket("udp", at)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	b := make([]byte, 2000)
	for {
		n, from, err := c.ReadFrom(b)
		if err != nil {
			return
		}
		c.WriteTo(b[:n], from)
	}
}

// visit is the client: one story after the other, the slow ones first, so that
// nothing runs out while it is at work. What a story must not get, it does not get;
// nobody minds.
func visit() {
	datagrams(server, "7", 4)
	exchange(server, "4444", 1) // the server's packet filter drops it
	exchange(absentServer, "7", 1)
	for _, host := range []string{server, server6} {
		exchange(host, "7", 20)
		exchange(host, "7", 300_000)
		take(host, "13", 0)
		exchange(host, "4242", 1) // nobody listens
		datagrams(host, "7", 2)
		datagrams(host, "4242", 1)
		dial(host, "9", 0).write("x").reset()
		dial(host, "9", 0).write("x").half()
		take(host, "19", 0)
	}
	for range 3 { // the same ports again and again
		take(server, "13", 41000)
		dial(server, "9", 41001).write("x").reset()
	}
	session("PASV", server)
	session("EPSV", server6)
	ping(server)
}

// visitor is the client's end of a connection; without one it does nothing.
type visitor struct{ *net.TCPConn }

func dial(host, port string, from int) visitor {
	d := net.Dialer{Timeout: 1500 * time.Millisecond, Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) {
			syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
		})
	}}
	if from > 0 {
		d.LocalAddr = &net.TCPAddr{Port: from}
	}
	c, err := d.DialContext(context.Background(), "tcp", net.JoinHostPort(host, port))
	if err != nil {
		fmt.Println(err)
		return visitor{}
	}
	c.SetDeadline(time.Now().Add(5 * time.Second))
	return visitor{c.(*net.TCPConn)}
}

func (v visitor) write(s string) visitor {
	if v.TCPConn != nil {
		io.WriteString(v, s)
	}
	return v
}

// reset aborts the connection after a while.
func (v visitor) reset() {
	if v.TCPConn != nil {
		time.Sleep(20 * time.Millisecond)
		v.SetLinger(0)
		v.Close()
	}
}

// half closes one way, and the other when the peer does.
func (v visitor) half() {
	if v.TCPConn != nil {
		v.CloseWrite()
		io.Copy(io.Discard, v)
		v.Close()
	}
}

// exchange sends n octets, reads as many, and closes.
func exchange(host, port string, n int) {
	v := dial(host, port, 0)
	if v.TCPConn == nil {
		return
	}
	defer v.Close()
	go v.Write(make([]byte, n))
	io.ReadFull(v, make([]byte, n))
}

// take reads until the server closes.
func take(host, port string, from int) {
	v := dial(host, port, from).write("x")
	if v.TCPConn != nil {
		io.Copy(io.Discard, v)
		v.Close()
	}
}

// datagrams sends n to a UDP port, and waits a second for each answer.
func datagrams(host, port string, n int) {
	c, err := net.Dial("udp", net.JoinHostPort(host, port))
	if err != nil {
		return
	}
	defer c.Close()
	for i := range n {
		if i >= 2 { // long enough for the kernel to call it a stream
			time.Sleep(1100 * time.Millisecond)
		}
		c.Write([]byte("x"))
		c.SetReadDeadline(time.Now().Add(time.Second))
		c.Read(make([]byte, 10))
	}
}

// session opens a control connection and the data connection that it announces.
func session(command, host string) {
	v := dial(host, "21", 0)
	if v.TCPConn == nil {
		return
	}
	defer v.Close()
	lines := bufio.NewReader(v)
	for _, say := range []string{"USER x", command} {
		lines.ReadString('\n')
		v.write(say + "\r\n")
	}
	lines.ReadString('\n')
	if command == "PASV" {
		take(host, "20000", 0)
	} else {
		exchange(host, "20000", 1)
	}
}

// ping sends two echo requests (RFC 792).
func ping(host string) {
	c, err := net.Dial("ip4:icmp", host)
	if err != nil {
		return
	}
	defer c.Close()
	for i := range byte(2) {
		m := []byte{8, 0, 0, 0, 0x12, 0x34, 0, i}
		be.PutUint16(m[2:], fold(add(0, m)))
		c.Write(m)
		c.SetReadDeadline(time.Now().Add(time.Second))
		c.Read(make([]byte, 100))
	}
}
