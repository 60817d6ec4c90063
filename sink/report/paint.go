package report

import "onpath/anomaly"

// tone is how a terminal shows text (ECMA-48 §8.3.117, SGR).
type tone string

const (
	none   tone = ""
	bold   tone = "1"
	dim    tone = "2"
	red    tone = "1;31"
	yellow tone = "33"
	blue   tone = "36"
)

// tones are those of findings; 0 is that of other remarks.
var tones = [...]tone{
	0: dim, anomaly.CaptureArtifact: dim, anomaly.Informational: dim, anomaly.Performance: blue,
	anomaly.Suspicious: yellow, anomaly.Violation: red,
}

// paint shows s in a tone, where there are colours.
func (t *text) paint(how tone, s string) string {
	if !t.Color || how == none {
		return s
	}
	return "\x1b[" + string(how) + "m" + s + "\x1b[0m"
}
