package metrics

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// stuck is how long a write may last, or a Snapshot fail to come, before something is
// wrong.
const stuck = 10 * time.Second

// health serves /healthz: 200 if packets are read, or would be if any came, else 503
// and the reasons, a line each.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	shot, age := s.watch.look()
	reasons := append(ails(shot, age), s.source.Stuck(stuck)...)
	if len(reasons) > 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, strings.Join(reasons, "\n")+"\n")
		return
	}
	io.WriteString(w, "ok\n")
}

// ails says what is wrong by a Snapshot of an age; s is nil if there was none yet.
func ails(s *Snapshot, age time.Duration) (reasons []string) {
	if age > stuck {
		reasons = append(reasons, fmt.Sprintf("packets are not worked on: no answer for %s", age.Round(time.Second)))
	}
	if s == nil {
		return reasons
	}
	for _, c := range s.Captures {
		if c.Lost != "" {
			reasons = append(reasons, fmt.Sprintf("interface %s: %s", c.Name, c.Lost))
		}
	}
	return append(reasons, s.Lost...)
}
