package metrics

import (
	"net"
	"sync"
)

// maxConns is how many connections are served at once.
const maxConns = 64

// listener keeps the youngest connections: one more pushes the oldest out. A scrape
// lasts milliseconds, so the oldest of many is one that does not want an answer, and
// who opens many and sends nothing keeps nobody out.
type listener struct {
	net.Listener
	mu     sync.Mutex
	conns  []*guest // the oldest first
	pushed uint64
}

// guest is a connection that is served.
type guest struct {
	net.Conn
	host *listener
}

// Accept is net.Listener's.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	g := &guest{c, l}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.conns) == maxConns {
		l.conns[0].Conn.Close()
		l.conns = l.conns[1:]
		l.pushed++
	}
	l.conns = append(l.conns, g)
	return g, nil
}

// Close is net.Conn's.
func (g *guest) Close() error {
	g.host.forget(g)
	return g.Conn.Close()
}

func (l *listener) forget(g *guest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, c := range l.conns {
		if c == g {
			l.conns = append(l.conns[:i:i], l.conns[i+1:]...)
			return
		}
	}
}

// turnedAway returns how many connections were pushed out.
func (l *listener) turnedAway() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pushed
}
