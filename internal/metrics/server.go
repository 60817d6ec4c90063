package metrics

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"
)

// Source is where a Server learns what it shows. Both are called by any goroutine.
type Source struct {
	// Take returns what is counted now. It waits for a bounded time, and returns nil
	// if nothing could be had.
	Take func() *Snapshot
	// Stuck returns which writes last for longer, in words.
	Stuck func(longer time.Duration) []string
}

// Server serves the pages.
type Server struct {
	source   Source
	watch    watch
	page     page
	listener *listener
	http     http.Server
	scheme   string
	token    *[sha256.Size]byte // hash; nil: none is asked for
	denied   atomic.Uint64
}

// How long who asks may take. A connection has one request, so it ends soon.
const (
	readTimeout  = 5 * time.Second
	writeTimeout = 10 * time.Second
	stopTimeout  = time.Second
	maxHeader    = 4 << 10 // octets; net/http adds 4,096
)

// Open listens as c says, which Validate found good. It serves nothing before Serve.
func Open(c Config, source Source) (*Server, error) {
	s := &Server{source: source, watch: watch{take: source.Take, at: time.Now()}, scheme: "http"}
	s.page.collector = newCollector()
	s.page.registry = registry(s.page.collector, c.Version)
	if err := s.admit(&c); err != nil {
		return nil, err
	}
	at, err := c.address()
	if err != nil {
		return nil, err
	}
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(at))
	if err != nil {
		return nil, fmt.Errorf("--metrics %s: %w", c.Addr, err)
	}
	s.listener = &listener{Listener: l}
	return s, nil
}

// admit reads who may ask.
func (s *Server) admit(c *Config) error {
	security, err := c.security()
	if err != nil {
		return err
	}
	if security != nil {
		s.scheme = "https"
	}
	if c.Token != "" {
		sum, err := readToken(c.Token)
		if err != nil {
			return err
		}
		s.token = &sum
	}
	s.http = http.Server{
		Handler: s.pages(), TLSConfig: security, ErrorLog: log.New(io.Discard, "", 0),
		ReadTimeout: readTimeout, WriteTimeout: writeTimeout, MaxHeaderBytes: maxHeader,
		Protocols: new(http.Protocols),
	}
	s.http.Protocols.SetHTTP1(true)
	s.http.SetKeepAlivesEnabled(false)
	return nil
}

// pages is all that there is.
func (s *Server) pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", s.metrics)
	mux.HandleFunc("GET /healthz", s.health)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.token != nil && !bears(r, s.token) {
			s.denied.Add(1)
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, "a token is needed: Authorization: Bearer …", http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// door counts who was turned away.
func (s *Server) door() Door { return Door{Denied: s.denied.Load(), Pushed: s.listener.turnedAway()} }

// URL returns where the counts are.
func (s *Server) URL() string {
	at, _ := netip.ParseAddrPort(s.listener.Addr().String())
	return s.scheme + "://" + at.String() + "/metrics"
}

// Serve serves until Close.
func (s *Server) Serve() error {
	serve := s.http.Serve
	if s.http.TLSConfig != nil {
		serve = func(l net.Listener) error { return s.http.ServeTLS(l, "", "") }
	}
	if err := serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("--metrics: %w", err)
	}
	return nil
}

// Close ends Serve: answers that are being given are finished, if that does not take
// long.
func (s *Server) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		s.http.Close()
	}
	s.listener.Close()
}
