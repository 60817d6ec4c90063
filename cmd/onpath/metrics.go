package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"onpath/internal/run"
)

const metricsLong = `

With --metrics ADDR, what is counted can be asked for while it is counted: ADDR serves
/metrics for Prometheus and /healthz, which says 503 and why if packets are not worked
on or an output takes none. --metrics :9477 listens on 127.0.0.1; an address that others
can reach needs --metrics-token or --metrics-client-ca. docs/metrics.md lists what there
is; contrib/grafana has a dashboard.`

// scraped are the flags of the metrics.
type scraped struct{}

func (scraped) bind(cmd *cobra.Command, c *run.Config) {
	f, m := cmd.Flags(), &c.Metrics
	f.StringVar(&m.Addr, "metrics", "", "serve /metrics and /healthz at `ADDR`, as in :9477, which is 127.0.0.1:9477")
	f.StringVar(&m.Token, "metrics-token", "", "with --metrics, who asks must bear the token that `FILE` holds")
	f.StringVar(&m.Cert, "metrics-cert", "", "with --metrics, TLS with the certificate in `FILE` (PEM)")
	f.StringVar(&m.Key, "metrics-key", "", "with --metrics-cert, its private key in `FILE` (PEM)")
	f.StringVar(&m.ClientCA, "metrics-client-ca", "", "with --metrics-cert, who asks needs a certificate that one in `FILE` (PEM) has signed")
	for _, flag := range metricsFiles {
		must(cmd.MarkFlagFilename(flag))
	}
	must(cmd.RegisterFlagCompletionFunc("metrics", cobra.NoFileCompletions))
}

// metricsFiles say something about what --metrics serves.
var metricsFiles = []string{"metrics-token", "metrics-cert", "metrics-key", "metrics-client-ca"}

// config refuses what does not go together.
func (scraped) config(cmd *cobra.Command, c *run.Config) error {
	changed := cmd.Flags().Changed
	c.Metrics.Version = version()
	if changed("metrics") {
		return c.Metrics.Validate()
	}
	for _, flag := range metricsFiles {
		if changed(flag) {
			return fmt.Errorf("--%s says who may see the metrics; give --metrics ADDR too", flag)
		}
	}
	return nil
}
