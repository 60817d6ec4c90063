package metrics

import "strings"

const markdownHead = `# Metrics and health

Generated from the tables in package internal/metrics; go test ./internal/metrics
-run Markdown -update mends it.

` + "`--metrics ADDR`" + ` serves two pages while onpath runs, and no other:

- ` + "`/metrics`" + ` for [Prometheus](https://prometheus.io): the families below, in its text
  format.
- ` + "`/healthz`" + `: 200 and ` + "`ok`" + ` while packets are read, or would be if any came; 503 and the
  reasons, a line each, when an interface can no longer be captured on, a capture could
  not be read to its end, a write to an output lasts longer than 10 seconds, or no
  counts could be had for 10 seconds.

` + "```" + `
tcpdump -i eth0 -U -w - tcp | onpath read --metrics :9477 -o jsonl=conns.jsonl -
curl http://127.0.0.1:9477/metrics
` + "```" + `

ADDR is an address and a port; ` + "`:9477`" + ` is that of 127.0.0.1. Who listens where others
can reach it must ask them who they are, or onpath does not start:

- ` + "`--metrics-token FILE`" + `: who asks must send ` + "`Authorization: Bearer TOKEN`" + `. FILE holds the
  token, 16 octets or more, and must not be readable by everybody. Without TLS the
  token and the counts can be read on the way.
- ` + "`--metrics-cert FILE --metrics-key FILE`" + `: TLS. With ` + "`--metrics-client-ca FILE`" + `, who asks
  needs a certificate that one of FILE's has signed. All files are read once, at the
  start.

` + "```yaml" + `
scrape_configs:
  - job_name: onpath
    scheme: https
    tls_config: {ca_file: ca.pem}
    authorization: {credentials_file: token}
    static_configs: [{targets: ["sensor1:9477"]}]
` + "```" + `

Counts are taken when somebody asks, at most once a second; packets pay nothing for it.
Counters begin at 0 with the program. What is told of records (outcomes, findings,
times) comes as records end, so a long connection is in ` + "`onpath_connections`" + ` alone until
then. At most 64 connections to the server are held, of which a new one pushes the oldest
out, a request must come within 5 seconds, and its header may have 8 KiB.

` + "`contrib/grafana/onpath.json`" + ` is a dashboard for Grafana. Beside the families below there
are those that Prometheus' Go library has for every program: ` + "`go_…`" + `, ` + "`process_…`" + `
(memory, processor time, descriptors), and ` + "`onpath_build_info`" + ` with the version.
`

// AppendMarkdown appends the page docs/metrics.md.
func AppendMarkdown(dst []byte) []byte {
	dst = append(dst, markdownHead...)
	for _, s := range sections {
		dst = append(dst, "\n## "+s.title+"\n\n| metric | type | meaning | labels |\n|---|---|---|---|\n"...)
		for _, f := range s.families {
			dst = append(dst, "| `"+prefix+f.name+"` | "+kinds[f.kind].name+" | "+f.help+" | "+f.labelsDoc()+" |\n"...)
		}
	}
	return dst
}

// labelsDoc tells the labels and their values.
func (f *family) labelsDoc() string {
	var docs []string
	for _, l := range f.labels {
		docs = append(docs, "`"+l.name+"`: "+l.values)
	}
	return strings.Join(docs, ". ")
}
