package metrics

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// source is one whose numbers a test moves.
type source struct {
	taken atomic.Uint64
	mute  atomic.Bool
	stuck atomic.Pointer[[]string]
}

func (s *source) take() *Snapshot {
	if s.mute.Load() {
		return nil
	}
	shot := full()
	shot.Captures = nil
	shot.Packets = s.taken.Add(1)
	return shot
}

func (s *source) stucks(time.Duration) []string {
	if list := s.stuck.Load(); list != nil {
		return *list
	}
	return nil
}

// open serves a source until the test ends.
func open(t *testing.T, c Config, from *source) *Server {
	t.Helper()
	c.Addr = "127.0.0.1:0"
	s, err := Open(c, Source{Take: from.take, Stuck: from.stucks})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error)
	go func() { served <- s.Serve() }()
	t.Cleanup(func() {
		s.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return s
}

// ask returns the status and the text of a page.
func ask(t *testing.T, client *http.Client, method, url, token string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	fatal(t, err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w, err := client.Do(r)
	fatal(t, err)
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	fatal(t, err)
	return w.StatusCode, string(text)
}

// page returns the URL of another page.
func (s *Server) sibling(page string) string { return strings.TrimSuffix(s.URL(), "/metrics") + page }

func TestPages(t *testing.T) {
	s := open(t, Config{Version: "1.2.3"}, &source{})
	for _, x := range []struct {
		method, page string
		status       int
		text         string
	}{
		{"GET", "/metrics", 200, `onpath_build_info{goversion=`},
		{"HEAD", "/metrics", 200, ""},
		{"GET", "/healthz", 200, "ok\n"},
		{"POST", "/metrics", 405, ""},
		{"GET", "/", 404, ""},
		{"GET", "/metrics/", 404, ""},
		{"GET", "/debug/pprof/", 404, ""},
	} {
		status, text := ask(t, http.DefaultClient, x.method, s.sibling(x.page), "")
		if status != x.status || !strings.Contains(text, x.text) {
			t.Errorf("%s %s: %d %.200q", x.method, x.page, status, text)
		}
	}
}

// TestFresh: however many ask, what works is asked once a second.
func TestFresh(t *testing.T) {
	from := &source{}
	s := open(t, Config{}, from)
	began := time.Now()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { ask(t, http.DefaultClient, "GET", s.URL(), "") })
	}
	all.Wait()
	if n, most := from.taken.Load(), uint64(time.Since(began)/fresh)+1; n > most {
		t.Errorf("%d snapshots, at most %d were due", n, most)
	}
}

func TestToken(t *testing.T) {
	s := open(t, Config{Token: file(t, goodToken, 0o600)}, &source{})
	for token, want := range map[string]int{"": 401, "wrong": 401, goodToken + "x": 401, goodToken: 200} {
		for _, page := range []string{"/metrics", "/healthz"} {
			if status, text := ask(t, http.DefaultClient, "GET", s.sibling(page), token); status != want || want == 401 && strings.Contains(text, prefix) {
				t.Errorf("%s with token %q: %d", page, token, status)
			}
		}
	}
	s.page.written = time.Time{}
	if _, text := ask(t, http.DefaultClient, "GET", s.URL(), goodToken); !strings.Contains(text, `onpath_metrics_refused_total{cause="token"} 6`) {
		t.Errorf("%d denied, and not on the page", s.door().Denied)
	}
}

// TestClientCertificate: who has none, or one of another signer, sees nothing.
func TestClientCertificate(t *testing.T) {
	server, signer := newIdentity(t, nil), newIdentity(t, nil)
	friend, stranger := newIdentity(t, signer), newIdentity(t, newIdentity(t, nil))
	s := open(t, Config{Cert: server.cert, Key: server.key, ClientCA: signer.cert}, &source{})
	for name, x := range map[string]struct {
		certs []tls.Certificate
		good  bool
	}{
		"friend": {[]tls.Certificate{friend.pair}, true}, "stranger": {[]tls.Certificate{stranger.pair}, false}, "nobody": {nil, false},
	} {
		client := &http.Client{Transport: &http.Transport{
			DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: server.pool(), Certificates: x.certs},
		}}
		w, err := client.Get(s.URL())
		if err == nil {
			w.Body.Close()
		}
		if (err == nil) != x.good {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !strings.HasPrefix(s.URL(), "https://") {
		t.Error(s.URL())
	}
}

// TestHealth: 503 says why.
func TestHealth(t *testing.T) {
	from := &source{}
	s := open(t, Config{}, from)
	from.stuck.Store(&[]string{"output jsonl=a: a write lasts for 12s"})
	if status, text := ask(t, http.DefaultClient, "GET", s.sibling("/healthz"), ""); status != 503 || !strings.Contains(text, "12s") {
		t.Errorf("%d %s", status, text)
	}
	from.stuck.Store(nil)
	if status, _ := ask(t, http.DefaultClient, "GET", s.sibling("/healthz"), ""); status != 200 {
		t.Errorf("%d", status)
	}
}

func TestAils(t *testing.T) {
	for _, x := range []struct {
		name string
		s    *Snapshot
		age  time.Duration
		want string
	}{
		{"just begun", nil, time.Second, ""},
		{"never an answer", nil, 11 * time.Second, "packets are not worked on: no answer for 11s"},
		{"fresh", &Snapshot{}, time.Second, ""},
		{"late", &Snapshot{}, stuck, ""},
		{"stale", &Snapshot{}, time.Minute, "packets are not worked on: no answer for 1m0s"},
		{"idle, but up", &Snapshot{Captures: []Capture{{Name: "eth0"}}}, 0, ""},
		{"unreadable", &Snapshot{Lost: []string{"a.pcap: no capture", "b.pcap: none either"}}, 0, "a.pcap: no capture\nb.pcap: none either"},
		{"gone", &Snapshot{Captures: []Capture{{Name: "eth0"}, {Name: "eth1", Lost: "it was deleted"}}}, 0, "interface eth1: it was deleted"},
	} {
		if got := strings.Join(ails(x.s, x.age), "\n"); got != x.want {
			t.Errorf("%s: %q, want %q", x.name, got, x.want)
		}
	}
}

// TestNoAnswer: without counts the page says so; with old ones it shows them, and
// their age.
func TestNoAnswer(t *testing.T) {
	from := &source{}
	from.mute.Store(true)
	s := open(t, Config{}, from)
	if status, text := ask(t, http.DefaultClient, "GET", s.URL(), ""); status != 503 {
		t.Errorf("%d %s", status, text)
	}
	s.watch.last, s.watch.at = full(), time.Now().Add(-time.Minute)
	status, text := ask(t, http.DefaultClient, "GET", s.URL(), "")
	if status != 200 || !strings.Contains(text, "\nonpath_snapshot_age_seconds 60") {
		t.Errorf("%d %s", status, text)
	}
	if status, _ := ask(t, http.DefaultClient, "GET", s.sibling("/healthz"), ""); status != 503 {
		t.Errorf("healthz: %d", status)
	}
}

// connect opens a connection and sends something.
func connect(t *testing.T, s *Server, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.listener.Addr().String())
	fatal(t, err)
	t.Cleanup(func() { c.Close() })
	io.WriteString(c, text) // it may be closed already
	return c
}

// TestCrowd: who opens more connections than there are, and ends no request, keeps
// nobody out; the oldest of them go.
func TestCrowd(t *testing.T) {
	s := open(t, Config{}, &source{})
	var crowd []net.Conn
	for range 3 * maxConns {
		crowd = append(crowd, connect(t, s, "GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: "))
	}
	status, _ := ask(t, http.DefaultClient, "GET", s.URL(), "")
	if status != 200 {
		t.Errorf("%d", status)
	}
	if n := s.listener.turnedAway(); n < 2*maxConns {
		t.Errorf("%d pushed out of %d", n, len(crowd))
	}
	crowd[0].SetReadDeadline(time.Now().Add(readTimeout / 2)) // then it would be closed anyway
	if _, err := crowd[0].Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the first is still there: %v", err)
	}
	s.listener.mu.Lock()
	defer s.listener.mu.Unlock()
	if len(s.listener.conns) > maxConns {
		t.Errorf("%d connections", len(s.listener.conns))
	}
}

// TestBadRequests: what is too large or no HTTP is refused, and its connection closed.
func TestBadRequests(t *testing.T) {
	s := open(t, Config{}, &source{})
	for _, x := range []struct{ name, request, want string }{
		{"large header", "GET /metrics HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 1<<20) + "\r\n\r\n", "HTTP/1.1 431"},
		{"many headers", "GET /metrics HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X: y\r\n", 1<<16) + "\r\n", "HTTP/1.1 431"},
		{"large path", "GET /" + strings.Repeat("x", 1<<20) + " HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 431"},
		{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "HTTP/1.1 400"},
		{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1 4"},
		{"two at once", strings.Repeat("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 2), "HTTP/1.1 200"},
		{"body", "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 200"},
	} {
		c := connect(t, s, "")
		go io.WriteString(c, x.request) // the server may stop reading
		c.SetReadDeadline(time.Now().Add(20 * time.Second))
		all, _ := io.ReadAll(c) // it ends: one request a connection
		line, _, _ := strings.Cut(string(all), "\r\n")
		if !strings.HasPrefix(line, x.want) || strings.Count(string(all), "HTTP/1.1 ") != 1 {
			t.Errorf("%s: %.300q", x.name, all)
		}
	}
	if s.http.ReadTimeout != readTimeout || s.http.WriteTimeout != writeTimeout {
		t.Error("no timeouts: who sends nothing is waited for without end")
	}
}

// TestOpenFails: what cannot be had is named with its flag.
func TestOpenFails(t *testing.T) {
	s := open(t, Config{}, &source{})
	taken := s.listener.Addr().String()
	for _, x := range []struct {
		c    Config
		want string
	}{
		{Config{Addr: taken}, "--metrics " + taken},
		{Config{Addr: "127.0.0.1:0", Token: "nowhere"}, "--metrics-token: stat nowhere"},
		{Config{Addr: "127.0.0.1:0", Cert: "nowhere", Key: "nowhere"}, "--metrics-cert nowhere"},
		{Config{Addr: "nonsense"}, "want an address"},
	} {
		if _, err := Open(x.c, Source{}); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%+v: %v", x.c, err)
		}
	}
}

// TestPageIsParsed: Prometheus' own reader of the format reads it.
func TestPageIsParsed(t *testing.T) {
	s := open(t, Config{}, &source{})
	_, text := ask(t, http.DefaultClient, "GET", s.URL(), "")
	parser := expfmt.NewTextParser(model.LegacyValidation)
	all, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil || len(all) < len(families()) {
		t.Errorf("%d families, %v", len(all), err)
	}
}
