package metrics

import (
	"bytes"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
)

// page is the text of /metrics. It is written at most once in the time that a Snapshot
// is fresh, so that scrapes without end cost little.
type page struct {
	mu        sync.Mutex
	collector *collector
	registry  *prometheus.Registry
	written   time.Time
	text      []byte // handed out: replaced, not changed
}

// format is the text format, which every Prometheus reads.
var format = expfmt.NewFormat(expfmt.TypeTextPlain)

// metrics serves /metrics.
func (s *Server) metrics(w http.ResponseWriter, _ *http.Request) {
	text, err := s.page.of(s)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if text == nil {
		http.Error(w, "packets are not worked on: no counts yet", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", string(format))
	w.Write(text)
}

// of returns the text; nil if nothing was counted yet.
func (p *page) of(s *Server) ([]byte, error) {
	shot, age := s.watch.look()
	if shot == nil {
		return nil, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.text != nil && time.Since(p.written) < fresh {
		return p.text, nil
	}
	now := *shot
	now.age, now.door = age, s.door()
	text, err := p.write(&now)
	if err == nil {
		p.text, p.written = text, time.Now()
	}
	return text, err
}

// write gathers all families.
func (p *page) write(s *Snapshot) ([]byte, error) {
	p.collector.at = s
	all, err := p.registry.Gather()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := expfmt.NewEncoder(&b, format)
	for _, f := range all {
		if err := enc.Encode(f); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}
