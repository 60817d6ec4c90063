// Package metrics serves what a running onpath counts to Prometheus, and says whether
// it is well: two pages, /metrics and /healthz, and no other.
//
// It counts nothing itself. A Snapshot is taken when somebody asks, at most one a
// second; the tables of families say what is read from it, and the page, the help
// texts and docs/metrics.md are made of them. Labels have the values of tables
// (reasons, outcomes, anomalies) or of the command line, never of traffic.
//
// Ring 3: it listens and reads files. It starts no goroutine: internal/run calls
// Server.Serve in one of its own.
package metrics
