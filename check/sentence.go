package check

import (
	"strconv"
	"strings"
	"time"

	"onpath/anomaly"
)

// Sentence returns the inequality of an occurrence in words: the rule's sentence,
// with its numbers. It is empty for a row without a rule.
func Sentence(id anomaly.ID, numbers [maxNumbers]int64) string {
	r := byID[id]
	if r == nil {
		return ""
	}
	parts := strings.Split(r.says, "{")
	text := parts[0]
	for i, part := range parts[1:] {
		name, rest, _ := strings.Cut(part, "}")
		if strings.HasSuffix(name, ":t") {
			text += time.Duration(numbers[i]).String()
		} else {
			text += strconv.FormatInt(numbers[i], 10)
		}
		text += rest
	}
	return text
}
