//go:build linux

package traffic

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// A truth is what one end knows of a connection: a line of JSON.
type truth struct {
	Kind          string
	Local, Remote netip.AddrPort
	Sent, Got     int    // octets that the application wrote and read
	Error         string // of the connect; "": it is established
	Info          info
}

// info is of the kernel's, behind the last octet (struct tcp_info).
type info struct {
	State   uint8  // 1 ESTABLISHED, 7 CLOSE
	Total   uint32 // segments sent again, SYN and FIN included
	Octets  uint64 // of payload, what was sent again included
	Again   uint64 // of them, what was sent again
	SegsOut uint32
}

// closed is the state of a connection that is over (include/net/tcp_states.h).
const closed = 7

// end is one end of a connection: what it sends, reads and does is written down. What
// the peer's reset cuts off ends it quietly.
type end struct {
	*net.TCPConn
	truth
	dice *rand.Rand
}

// staying are ends that stay open.
var staying sync.Map

// noise is what is sent: no two pieces of it are alike.
var noise = func() []byte {
	b := make([]byte, 1<<20)
	rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}()

// send sends n octets, as far as the peer takes them.
func (e *end) send(n int) {
	for n > 0 {
		at := e.Sent % len(noise)
		w, err := e.Write(noise[at:min(at+n, len(noise))])
		e.Sent += w
		if err != nil {
			return
		}
		n -= w
	}
}

// receive reads n octets.
func (e *end) receive(n int) {
	got, _ := io.CopyN(io.Discard, e, int64(n))
	e.Got += int(got)
}

// drain reads until the peer has closed.
func (e *end) drain() {
	got, _ := io.Copy(io.Discard, e.TCPConn)
	e.Got += int(got)
}

// echo sends what it reads, and follows when the peer closes.
func (e *end) echo() {
	b := make([]byte, 32<<10)
	for {
		n, err := e.Read(b)
		e.Got += n
		if n > 0 {
			w, _ := e.Write(b[:n])
			e.Sent += w
		}
		if err != nil {
			break
		}
	}
	e.close()
}

// close sends a FIN, reads until the peer's, and waits until the connection is over.
func (e *end) close() {
	e.CloseWrite()
	e.drain()
	e.ended()
}

// follow reads until the peer's FIN, and closes.
func (e *end) follow() {
	e.drain()
	e.close()
}

// reset aborts the connection when all that was sent is acknowledged.
func (e *end) reset() {
	e.quiet()
	e.SetLinger(0)
	e.closeNow()
}

// closeNow closes at once, whatever waits to be read.
func (e *end) closeNow() {
	e.ask()
	e.TCPConn.Close()
}

// await waits until n octets can be read.
func (e *end) await(n int) {
	e.control(func(fd int) {
		for range 1000 {
			if waiting, _ := unix.IoctlGetInt(fd, unix.SIOCINQ); waiting >= n-e.Got {
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
}

// quiet waits until all that was sent is acknowledged, and what was received too.
func (e *end) quiet() {
	e.control(func(fd int) {
		for range 1000 {
			if waiting, _ := unix.IoctlGetInt(fd, unix.SIOCOUTQ); waiting == 0 {
				break
			}
			time.Sleep(time.Millisecond)
		}
	})
	time.Sleep(60 * time.Millisecond) // the last delayed ACKs, 40 ms
}

// ended waits until the kernel calls the connection closed.
func (e *end) ended() {
	for range 4000 {
		if e.ask(); e.Info.State == closed {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// ask asks the kernel.
func (e *end) ask() {
	e.control(func(fd int) {
		if i, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			e.Info = info{i.State, i.Total_retrans, i.Bytes_sent, i.Bytes_retrans, i.Segs_out}
		}
	})
}

// keepAlive has the kernel ask after one second of silence, and each second.
func (e *end) keepAlive() {
	e.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: time.Second, Interval: time.Second, Count: 9})
}

func (e *end) control(what func(fd int)) {
	if raw, err := e.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { what(int(fd)) })
	}
}

var writing sync.Mutex

// tell writes down what the end knows.
func (t *truth) tell() {
	line, err := json.Marshal(t)
	if err != nil {
		panic(err)
	}
	writing.Lock()
	defer writing.Unlock()
	os.Stdout.Write(append(line, '\n'))
}
