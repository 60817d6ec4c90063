package main

import (
	"fmt"
	"strings"
)

// didYouMean asks for the known word nearest to an unknown one: it begins alike,
// or few letters differ. It says nothing if more than every third would.
func didYouMean(unknown string, known []string) string {
	best, least := "", len(unknown)/3+1
	for _, k := range known {
		d := distance(unknown, k)
		if len(unknown) > 2 && strings.HasPrefix(k, unknown) {
			d = 1
		}
		if d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", best)
}

// distance counts the octets to be put in, left out or changed between two words
// (Levenshtein 1965).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
