package metrics

import "onpath/anomaly"

// findingFamilies tell what was strange.
var findingFamilies = []family{
	{name: "findings_total", kind: counter, help: "Findings, told as records end: one for an anomaly of an end of a connection, however often it occurred.",
		labels: []label{{"id", "those of [anomalies.md](anomalies.md)"}, {"severity", severitiesDoc() + "; that of the anomaly, and milder ones where something excused it"}},
		read:   readFindings},
	{name: "gates_closed_total", kind: counter, help: "Records of TCP for which a condition did not hold, so that rules were silent.",
		labels: []label{{"gate", gatesDoc()}}, read: readGates},
}

// readFindings has each anomaly at the severity of its row, and at milder ones where
// there are any: a series that begins with its first finding would hide it from rate().
func readFindings(s *Snapshot, put put) {
	for _, row := range anomaly.Rows() {
		for _, severity := range anomaly.Severities() {
			n := s.Findings[severity][row.ID]
			if n > 0 || severity == row.Severity {
				put(float64(n), row.Name, severity.String())
			}
		}
	}
}

func readGates(s *Snapshot, put put) {
	for _, g := range anomaly.Gates() {
		put(float64(s.Gates[g]), g.String())
	}
}

func severitiesDoc() string {
	return joined(func(add func(string)) {
		for _, s := range anomaly.Severities() {
			add(s.String())
		}
	})
}

func gatesDoc() string {
	return joined(func(add func(string)) {
		for _, g := range anomaly.Gates() {
			add(g.String())
		}
	})
}
